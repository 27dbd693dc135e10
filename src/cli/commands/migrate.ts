// oauth2:migrate — creates the oauth2_* tables where Stud.IP has not (D12).
import { dueMigrations, migrate as migrateTables } from '../../stores/migration.ts'
import { flag, type Command } from '../command.ts'
import { withDatabase } from '../with-database.ts'

export const migrate: Command = {
  name: 'oauth2:migrate',
  describe: 'migrate.describe',
  examples: [['$0 oauth2:migrate --dry-run', 'migrate.example']],
  options: (args, t) => args.option('dry-run', { type: 'boolean', describe: t('option.dry-run') }),
  run: async (options, { t, say, success, result }) => {
    const dryRun = flag(options, 'dry-run')
    const names = await withDatabase(dryRun ? dueMigrations : migrateTables)
    if (names.length === 0) say(t('migrate.nothing'))
    else if (dryRun) say(t('migrate.would', { names: names.join(', ') }))
    else success(t('migrate.done', { count: names.length }))
    result({ dryRun, migrations: names })
  },
}
