// oauth2:grants — what users have granted, by user, client or grant; lists or revokes (D10).
import type { Knex } from 'knex'
import { createGrants, type ConnectedApplication, type Grants } from '../../stores/grants.ts'
import { CommandError, flag, text, type Command, type Options } from '../command.ts'
import { moment, printColumns } from '../columns.ts'
import type { Terminal } from '../terminal.ts'
import type { Translate } from '../texts.ts'
import { now, withDatabase } from '../with-database.ts'

/** Grants that are listed. */
const limit = 1000

const userIdOf = async (db: Knex, user: string, t: Translate): Promise<string> => {
  const row = await db<{ user_id: string; username: string }>('auth_user_md5')
    .where({ username: user })
    .orWhere({ user_id: user })
    .first('user_id')
  if (!row) throw new CommandError(t('grants.unknown-user', { user }))
  return row.user_id
}

const chosen = async (
  db: Knex,
  grants: Grants,
  options: Options,
  t: Translate,
): Promise<readonly ConnectedApplication[]> => {
  const [user, client, grant] = [text(options, 'user'), text(options, 'client'), text(options, 'grant')]
  if ([user, client, grant].filter((value) => value !== '').length !== 1) throw new CommandError(t('grants.which'))
  if (user) return grants.listByUser(await userIdOf(db, user, t), limit)
  if (client) return /^[1-9][0-9]{0,19}$/.test(client) ? grants.listByClient(client, limit) : []
  const found = await grants.find(grant)
  return found ? [found] : []
}

const print = (terminal: Terminal, applications: readonly ConnectedApplication[]) => {
  const { t, say } = terminal
  if (applications.length === 0) return say(t('grants.none'))
  const headings = [
    'column.grant',
    'column.user',
    'column.client',
    'column.name',
    'column.connected',
    'column.used',
  ] as const
  printColumns(
    terminal,
    headings.map((heading) => t(heading)),
    applications.map(({ grantId, userId, clientId, clientName, connectedAt, lastUsedAt }) => [
      grantId,
      userId,
      clientId,
      clientName,
      moment(connectedAt),
      moment(lastUsedAt),
    ]),
  )
  if (applications.length === limit) say(t('grants.first', { count: limit }))
}

/** Revokes those that were listed; where the list was not all, all of the user or client. */
const revoke = async (
  grants: Grants,
  listed: readonly ConnectedApplication[],
  { user, client }: { readonly user: string; readonly client: string },
): Promise<number> => {
  const [one] = listed
  if (one && listed.length === limit && user) return grants.revokeAllOf(one.userId)
  if (one && listed.length === limit && client) return grants.revokeAllOfClient(client)
  for (const { grantId } of listed) await grants.revoke(grantId)
  return listed.length
}

export const grants: Command = {
  name: 'oauth2:grants',
  describe: 'grants.describe',
  examples: [['$0 oauth2:grants --user test_autor --revoke', 'grants.example']],
  options: (args, t) =>
    args
      .option('user', { type: 'string', describe: t('grants.user') })
      .option('client', { type: 'string', describe: t('grants.client') })
      .option('grant', { type: 'string', describe: t('grants.grant') })
      .option('revoke', { type: 'boolean', describe: t('grants.revoke') })
      .option('force', { type: 'boolean', describe: t('option.force') }),
  run: (options, terminal) =>
    withDatabase(async (db) => {
      const { t, consent, success, result } = terminal
      const store = createGrants(db, now)
      const applications = await chosen(db, store, options, t)
      if (!flag(options, 'revoke')) {
        print(terminal, applications)
        return result({ grants: applications })
      }
      if (applications.length > 0)
        await consent(flag(options, 'force'), t('grants.question', { count: applications.length }))
      const count = await revoke(store, applications, { user: text(options, 'user'), client: text(options, 'client') })
      success(t('grants.done', { count }))
      result({ revoked: count })
    }),
}
