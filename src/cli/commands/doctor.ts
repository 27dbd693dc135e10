// oauth2:doctor — checks the installation and says how to mend it.
import { resolveSettings, type Resolution } from '../../config.ts'
import type { CheckResult } from '../../doctor/examine.ts'
import type { Level } from '../../doctor/check.ts'
import type { Grants } from '../../doctor/rights.ts'
import { flag, type Command, type Options } from '../command.ts'
import { DatabaseFault, sentenceOf } from '../faults.ts'
import { printColumns } from '../columns.ts'
import type { Terminal } from '../terminal.ts'
import { now } from '../with-database.ts'

interface Report {
  readonly resolution: Resolution
  readonly results: readonly CheckResult[]
  readonly grants: Grants
}

const nothing: Grants = { createUser: undefined, grants: [] }
/** For checks that need no database while its address is not known: those that need it are not run then. */
const nowhere = { user: '', password: '', database: '', host: '127.0.0.1', port: 0 }

/** Those that make a client and tokens. */
const trials = ['check.round-trip', 'check.json-api', 'check.api-read']
/** Those that send requests to BASE_URL. */
const throughFront = ['check.front', 'check.sign-in', 'check.failover', 'check.json-api', 'check.api-read']

const leftOut = (options: Options): ReadonlySet<string> =>
  new Set([...(flag(options, 'no-round-trip') ? trials : []), ...(flag(options, 'no-front') ? throughFront : [])])

const examined = async (options: Options, { t }: Terminal): Promise<Report> => {
  const [{ allChecks, examine }, { grantStatements }, { openDatabase }] = await Promise.all([
    import('../../doctor/examine.ts'),
    import('../../doctor/rights.ts'),
    import('../../stores/database.ts'),
  ])
  const resolution = await resolveSettings(process.env)
  const { partial: settings, unknown, shown } = resolution
  const known = !unknown.has('DATABASE_URL')
  const db = openDatabase(known ? settings.database : nowhere, 2)
  const left = leftOut(options)
  const databaseSentence = (error: unknown) => sentenceOf(t, new DatabaseFault(settings.database, error))
  const fixWayBack = flag(options, 'fix-way-back')
  try {
    const results = await examine(
      { resolution, settings, db, now, t, databaseSentence, fixWayBack },
      allChecks.filter(({ name }) => !left.has(name)),
    )
    const borrowed = /^\$DB_STUDIP|of Stud\.IP's environment$/.test(
      shown.find(({ name }) => name === 'DATABASE_URL')?.source ?? '',
    )
    const grants = known ? await grantStatements(db, settings, borrowed).catch(() => nothing) : nothing
    return { resolution, results, grants }
  } finally {
    await db.destroy()
  }
}

const signs: Readonly<Record<Level, string>> = { ok: '✔', note: '·', warning: '!', fault: '✘' }

const print = ({ resolution, results, grants }: Report, terminal: Terminal) => {
  const { t, say, colours } = terminal
  const paint = { ok: colours.green, note: colours.dim, warning: colours.yellow, fault: colours.red } as const
  say(colours.bold(t('doctor.settings')))
  printColumns(
    terminal,
    ['', '', ''],
    resolution.shown.map(({ name, value, source }) => [
      name,
      value,
      `(${source === 'unknown' ? t('doctor.unknown') : source})`,
    ]),
  )
  say(`\n${colours.bold(t('doctor.checks'))}`)
  for (const { name, findings } of results)
    for (const { level, text } of findings) say(`${paint[level](signs[level])} ${t(name)}: ${text}`)
  if (grants.createUser !== undefined) say(`\n${colours.bold(t('doctor.create-user'))}\n${grants.createUser}`)
  if (grants.grants.length > 0) say(`\n${colours.bold(t('doctor.grants'))}\n${grants.grants.join('\n')}`)
}

const jsonOf = ({ resolution, results, grants }: Report, faults: number) => ({
  healthy: faults === 0,
  faults,
  settings: resolution.shown,
  checks: results.map(({ name, findings }) => ({ check: name.slice('check.'.length), findings })),
  createUser: grants.createUser,
  grants: grants.grants,
})

export const doctor: Command = {
  name: 'oauth2:doctor',
  describe: 'doctor.describe',
  examples: [['$0 oauth2:doctor --json', 'doctor.example']],
  options: (args, t) =>
    args
      .option('no-round-trip', { type: 'boolean', describe: t('doctor.no-round-trip') })
      .option('no-front', { type: 'boolean', describe: t('doctor.no-front') })
      .option('fix-way-back', { type: 'boolean', describe: t('doctor.fix-way-back') }),
  run: async (options, terminal) => {
    const { t, say, success, fail, result } = terminal
    const report = await examined(options, terminal)
    const faults = report.results.flatMap(({ findings }) => findings).filter(({ level }) => level === 'fault').length
    print(report, terminal)
    result(jsonOf(report, faults))
    say('')
    if (faults === 0) success(t('doctor.healthy'))
    else fail(t('doctor.faults', { count: faults }))
    return faults === 0 ? 0 : 1
  },
}
