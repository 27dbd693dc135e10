// oauth2:person:export and oauth2:person:delete — what is stored of one person, for a request under data protection law (S-151).
import type { Knex } from 'knex'
import { exportPerson, findPersons, forgetPerson } from '../../stores/personal-data.ts'
import { flag, text, type Command, type Options } from '../command.ts'
import { CommandError } from '../command-error.ts'
import type { Translate } from '../texts.ts'
import { withDatabase } from '../with-database.ts'

const personOf = async (db: Knex, options: Options, t: Translate): Promise<string> => {
  const user = text(options, 'user')
  const [userId, another] = await findPersons(db, user)
  if (userId === undefined) throw new CommandError(t('grants.unknown-user', { user }))
  if (another !== undefined) throw new CommandError(t('person.ambiguous', { user, ids: `${userId}, ${another}` }))
  return userId
}

export const personExport: Command = {
  name: 'oauth2:person:export',
  positional: '<user>',
  describe: 'person.export.describe',
  examples: [['$0 oauth2:person:export test_autor > test_autor.json', 'person.export.example']],
  options: (args, t) => args.positional('user', { type: 'string', describe: t('grants.user'), demandOption: true }),
  run: (options, { t, say, result }) =>
    withDatabase(async (db) => {
      const userId = await personOf(db, options, t)
      const data = { userId, ...(await exportPerson(db, userId)) }
      // The data are the answer, whoever asks.
      say(JSON.stringify(data, undefined, 2))
      result(data)
    }),
}

export const personDelete: Command = {
  name: 'oauth2:person:delete',
  positional: '<user>',
  describe: 'person.delete.describe',
  examples: [['$0 oauth2:person:delete 205f3efb7997a0fc9755da2b535038da --yes', 'person.delete.example']],
  options: (args, t) =>
    args
      .positional('user', { type: 'string', describe: t('grants.user'), demandOption: true })
      .option('yes', { type: 'boolean', alias: 'force', describe: t('option.force') }),
  run: (options, { t, consent, success, result }) =>
    withDatabase(async (db) => {
      const userId = await personOf(db, options, t)
      await consent(flag(options, 'yes'), t('person.delete.question', { userId }))
      const deleted = await forgetPerson(db, userId)
      success(
        t('person.delete.done', {
          codes: deleted.authorizationCodes,
          access: deleted.accessTokens,
          refresh: deleted.refreshTokens,
          clients: deleted.clients,
        }),
      )
      result({ userId, ...deleted })
    }),
}
