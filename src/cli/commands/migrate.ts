// oauth2:migrate — creates the oauth2_* tables where Stud.IP has not (D12).
import { flag, type Command } from '../command.ts'
import { withDatabase } from '../with-database.ts'

export const migrate: Command = {
  name: 'oauth2:migrate',
  describe: 'migrate.describe',
  examples: [],
  options: (args, t) => args.option('dry-run', { type: 'boolean', describe: t('option.dry-run') }),
  run: async (options, { t, say, success, result }) => {
    const dryRun = flag(options, 'dry-run')
    const names = await withDatabase(async (db) => {
      if (!dryRun) return ((await db.migrate.latest()) as [number, string[]])[1]
      const [, pending] = (await db.migrate.list()) as [unknown, readonly string[]]
      return pending
    })
    if (names.length === 0) say(t('migrate.nothing'))
    else if (dryRun) say(t('migrate.would', { names: names.join(', ') }))
    else success(t('migrate.done', { count: names.length }))
    result({ dryRun, migrations: names })
  },
}
