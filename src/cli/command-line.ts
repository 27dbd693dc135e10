// The command line as yargs sees it: every command with its options, overview, completion.
import yargs, { type Argv } from 'yargs'
import type { Command, Options } from './command.ts'
import { commands } from './commands.ts'
import type { CliLanguage, Translate } from './texts.ts'

export interface CommandLine {
  readonly language: CliLanguage
  readonly t: Translate
  /** What help shows as the name of the program. */
  readonly program: string
  /** Path by which the shell completes; its last part is the name that is completed. */
  readonly path: string
  readonly perform: (command: Command, options: Options) => Promise<void>
  /** Shows the overview; `help` is its text for people. */
  readonly list: (options: Options, help: () => Promise<string>) => Promise<void>
}

/** Names that are no commands of ours. */
export const further = ['list', 'completion'] as const

const globalOptions = (args: Argv, t: Translate): Argv =>
  args
    .option('json', { type: 'boolean', global: true, describe: t('option.json') })
    .option('quiet', { alias: 'q', type: 'boolean', global: true, describe: t('option.quiet') })
    .option('no-ansi', { type: 'boolean', global: true, describe: t('option.no-ansi') })
    .option('no-interaction', { alias: 'n', type: 'boolean', global: true, describe: t('option.no-interaction') })

/** Everything but the commands. */
const frame = (argv: readonly string[], { language, t, program }: CommandLine): Argv =>
  globalOptions(yargs([...argv]), t)
    .scriptName(program)
    .usage(t('usage'))
    .detectLocale(false)
    .locale(language)
    // Only so can `--no-ansi` be an option of its own; yargs would read it as `ansi` off.
    .parserConfiguration({ 'boolean-negation': false, 'parse-positional-numbers': false })
    .strict()
    .help()
    .version()
    .wrap(Math.min(process.stdout.columns || 100, 120))
    .epilogue(t('epilogue'))
    .exitProcess(false)
    .fail(false)

/** yargs makes a list of what is given twice, which no command reads as the one or the other. */
const refuseRepeated = (options: Options, { repeatable = [] }: Command, t: Translate): true => {
  const lists = Object.keys(options).filter((name) => name !== '_' && Array.isArray(options[name]))
  const repeated = lists.find((name) => !repeatable.includes(name))
  if (repeated !== undefined) throw new Error(t('fault.repeated', { option: repeated }))
  return true
}

/** yargs reads `--dry-run=yes` and `--dry-run=1` as no, and what was to be looked at would be deleted. */
const refuseUnclear = (argv: readonly string[], options: Options, t: Translate): true => {
  for (const argument of argv) {
    if (argument === '--') break
    const [, option = '', value = ''] = /^--([\w-]+)=(.*)$/s.exec(argument) ?? []
    if (typeof options[option] === 'boolean' && value !== 'true' && value !== 'false')
      throw new Error(t('fault.unclear', { option }))
  }
  return true
}

const withCommand = (args: Argv, command: Command, argv: readonly string[], { t, perform }: CommandLine): Argv =>
  args.command(
    [command.name, command.positional].filter(Boolean).join(' '),
    t(command.describe),
    (its) =>
      command.examples
        .reduce((all, [line, meaning]) => all.example(line, t(meaning)), command.options(its, t))
        .check((options) => refuseRepeated(options, command, t) && refuseUnclear(argv, options, t)),
    (options) => perform(command, options),
  )

const withList = (args: Argv, line: CommandLine): Argv =>
  args.command(
    ['list', '$0'],
    line.t('list.describe'),
    (its) => its,
    (options) => line.list(options, () => commandLine([], line).getHelp()),
  )

/** The script calls the program by its path, so that it works wherever the program is. */
const withCompletion = (args: Argv, line: CommandLine): Argv =>
  args.command(
    'completion',
    line.t('completion.describe'),
    (its) => its.example('$0 completion >> ~/.bashrc', line.t('completion.example')),
    () => void frame([], { ...line, program: line.path }).showCompletionScript(),
  )

/** Parses `argv` and runs the command it names. Rejects with yargs' own error when it is wrong. */
export const commandLine = (argv: readonly string[], line: CommandLine): Argv => {
  const start = withList(frame(argv, line), line)
  const ours = commands.reduce((all, command) => withCommand(all, command, argv, line), start)
  return withCompletion(ours, line)
}
