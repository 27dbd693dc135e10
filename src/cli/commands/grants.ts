// oauth2:grants — what users have granted, by user, client or grant; lists or revokes (D10).
import type { Knex } from 'knex'
import { createClientAdministration } from '../../stores/client-administration.ts'
import { createGrants, type ConnectedApplication, type Grants } from '../../stores/grants.ts'
import { isClientId } from '../../oauth/grant-id.ts'
import { flag, text, type Command, type Options } from '../command.ts'
import { record } from '../audit.ts'
import { CommandError } from '../command-error.ts'
import { moment, printColumns } from '../columns.ts'
import { personNamed } from '../person-named.ts'
import type { Terminal } from '../terminal.ts'
import type { Translate } from '../texts.ts'
import { now, withDatabase } from '../with-database.ts'

/** Grants that are listed. */
const limit = 1000

interface Filter {
  readonly user: string
  readonly client: string
  readonly grant: string
}

/** At most one may be given, and none only to look. An empty one is a variable of a script that was never set. */
const filterOf = (options: Options, t: Translate): Filter | undefined => {
  const filter = { user: text(options, 'user'), client: text(options, 'client'), grant: text(options, 'grant') }
  const given = (['user', 'client', 'grant'] as const).filter((name) => options[name] !== undefined)
  const unclear = given.length > 1 || given.some((name) => filter[name] === '')
  if (unclear || (given.length === 0 && flag(options, 'revoke'))) throw new CommandError(t('grants.which'), 'usage')
  return given.length === 0 ? undefined : filter
}

/** With the id of the user, however that one was named. */
const resolved = async (db: Knex, filter: Filter, t: Translate): Promise<Filter> =>
  filter.user === '' ? filter : { ...filter, user: await personNamed(db, filter.user, t) }

const chosen = async (grants: Grants, { user, client, grant }: Filter): Promise<readonly ConnectedApplication[]> => {
  if (user) return grants.listByUser(user, limit)
  if (client) return isClientId(client) ? grants.listByClient(client, limit) : []
  const found = await grants.find(grant)
  return found ? [found] : []
}

interface NamedGrant extends ConnectedApplication {
  /** Null when Stud.IP knows the user no more. */
  readonly username: string | null
}

const named = async (db: Knex, applications: readonly ConnectedApplication[]): Promise<readonly NamedGrant[]> => {
  const ids = [...new Set(applications.map(({ userId }) => userId))]
  const rows = await db<{ user_id: string; username: string }>('auth_user_md5')
    .whereIn('user_id', ids)
    .select('user_id', 'username')
  const names = new Map(rows.map(({ user_id, username }) => [user_id, username]))
  return applications.map((application) => ({ ...application, username: names.get(application.userId) ?? null }))
}

const print = (terminal: Terminal, applications: readonly NamedGrant[]) => {
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
    applications.map(({ grantId, userId, username, clientId, clientName, connectedAt, lastUsedAt }) => [
      grantId,
      username ?? userId,
      clientId,
      clientName,
      moment(connectedAt),
      moment(lastUsedAt),
    ]),
  )
  if (applications.length === limit) say(t('grants.first', { count: limit }))
}

/** Without a filter: every client with the number of its grants, by the names that people know. */
const overview = async (db: Knex, terminal: Terminal): Promise<void> => {
  const { t, say, result } = terminal
  const { clients, total } = await createClientAdministration(db, now).list({ search: '', page: 1, pageSize: limit })
  const headings = ['column.client', 'column.name', 'column.grants', 'column.used'] as const
  printColumns(
    terminal,
    headings.map((heading) => t(heading)),
    clients.map(({ id, name, liveGrants, lastUsedAt }) => [
      id,
      name,
      liveGrants === undefined ? '?' : String(liveGrants),
      moment(lastUsedAt),
    ]),
  )
  say(t('grants.more'))
  result({
    total,
    clients: clients.map(({ id, name, liveGrants, lastUsedAt }) => ({ id, name, grants: liveGrants, lastUsedAt })),
  })
}

/** Of a user or client all, codes that wait and what is remembered included (S-130), so also where no grant is listed. */
const revoke = async (
  grants: Grants,
  listed: readonly ConnectedApplication[],
  { user, client }: Filter,
): Promise<number> => {
  if (user) return grants.revokeAllOf(user)
  if (client) return isClientId(client) ? grants.revokeAllOfClient(client) : 0
  for (const { grantId } of listed) await grants.revoke(grantId)
  return listed.length
}

/** One a grant that was listed; of a user or client one more, because more ends than is listed. */
const eventsOf = (listed: readonly ConnectedApplication[], { user, client }: Filter): Parameters<typeof record>[0] => {
  const event = 'grant.revoked' as const
  return [
    ...listed.map(({ grantId, clientId, userId }) => ({ event, clientId, userId, grantId })),
    ...(user ? [{ event, userId: user, reason: 'all of the user' }] : []),
    ...(isClientId(client) ? [{ event, clientId: client, reason: 'all of the client' }] : []),
  ]
}

export const grants: Command = {
  name: 'oauth2:grants',
  describe: 'grants.describe',
  examples: [
    ['$0 oauth2:grants', 'grants.example-overview'],
    ['$0 oauth2:grants --user test_autor --revoke', 'grants.example'],
  ],
  options: (args, t) =>
    args
      .option('user', { type: 'string', describe: t('grants.user') })
      .option('client', { type: 'string', describe: t('grants.client') })
      .option('grant', { type: 'string', describe: t('grants.grant') })
      .option('revoke', { type: 'boolean', describe: t('grants.revoke') })
      .option('force', { type: 'boolean', describe: t('option.force') }),
  run: (options, terminal) => {
    const given = filterOf(options, terminal.t)
    return withDatabase(async (db) => {
      const { t, consent, success, result } = terminal
      if (!given) return overview(db, terminal)
      const store = createGrants(db, now)
      const filter = await resolved(db, given, t)
      const applications = await named(db, await chosen(store, filter))
      if (!flag(options, 'revoke')) {
        print(terminal, applications)
        return result({ grants: applications })
      }
      if (applications.length > 0)
        await consent(flag(options, 'force'), t('grants.question', { count: applications.length }))
      const count = await revoke(store, applications, filter)
      await record(eventsOf(applications, filter), options)
      success(t('grants.done', { count }))
      result({ revoked: count })
    })
  },
}
