// oauth2:person:export and oauth2:person:delete — what is stored of one person, for a request under data protection law (S-151).
import { exportPerson, forgetPerson } from '../../stores/personal-data.ts'
import { printableJson } from '../../printable.ts'
import { record } from '../audit.ts'
import { flag, text, type Command } from '../command.ts'
import { personNamed } from '../person-named.ts'
import { withDatabase } from '../with-database.ts'

export const personExport: Command = {
  name: 'oauth2:person:export',
  positional: '<user>',
  describe: 'person.export.describe',
  examples: [['$0 oauth2:person:export test_autor > test_autor.json', 'person.export.example']],
  options: (args, t) => args.positional('user', { type: 'string', describe: t('person.user'), demandOption: true }),
  run: (options, { t, answer, result }) =>
    withDatabase(async (db) => {
      const userId = await personNamed(db, text(options, 'user'), t)
      const data = { userId, ...(await exportPerson(db, userId)) }
      answer(printableJson(data, 2))
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
      .positional('user', { type: 'string', describe: t('person.user'), demandOption: true })
      .option('yes', { type: 'boolean', alias: 'force', describe: t('option.force') }),
  run: (options, { t, consent, success, result }) =>
    withDatabase(async (db) => {
      const userId = await personNamed(db, text(options, 'user'), t)
      await consent(flag(options, 'yes'), t('person.delete.question', { userId }))
      const deleted = await forgetPerson(db, userId)
      await record([{ event: 'grant.revoked', userId, reason: 'all of the user, deleted' }], options)
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
