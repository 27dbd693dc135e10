// Runs one command of the command line and sets the exit code.
import yargs, { type Argv } from 'yargs'
import { flag, type Command, type Options } from './command.ts'
import { commands } from './commands.ts'
import { sentenceOf } from './faults.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import { languageOf, textsIn, type CliLanguage, type Translate } from './texts.ts'

const globalOptions = (args: Argv, t: Translate): Argv =>
  args
    .option('json', { type: 'boolean', global: true, describe: t('option.json') })
    .option('quiet', { alias: 'q', type: 'boolean', global: true, describe: t('option.quiet') })
    .option('no-ansi', { type: 'boolean', global: true, describe: t('option.no-ansi') })
    .option('no-interaction', { alias: 'n', type: 'boolean', global: true, describe: t('option.no-interaction') })

const terminalOf = (t: Translate, options: Options): Terminal =>
  createTerminal(t, {
    json: flag(options, 'json'),
    quiet: flag(options, 'quiet'),
    ansi: !flag(options, 'no-ansi'),
    interaction: !flag(options, 'no-interaction'),
  })

const perform = async (command: Command, options: Options, t: Translate): Promise<void> => {
  const terminal = terminalOf(t, options)
  try {
    process.exitCode = (await command.run(options, terminal)) ?? 0
  } catch (error) {
    terminal.fail(sentenceOf(t, error))
    process.exitCode = 1
  }
}

const overview = (t: Translate) =>
  commands.map(({ name, positional, describe }) => ({ name, positional, describe: t(describe) }))

const register = (args: Argv, command: Command, t: Translate): Argv =>
  args.command(
    [command.name, command.positional].filter(Boolean).join(' '),
    t(command.describe),
    (its) => command.examples.reduce((all, [line, meaning]) => all.example(line, t(meaning)), command.options(its, t)),
    (options) => perform(command, options, t),
  )

const commandLine = (argv: readonly string[], language: CliLanguage, t: Translate): Argv => {
  // Only so can `--no-ansi` be an option of its own; yargs would read it as `ansi` off.
  const plain = globalOptions(yargs([...argv]), t)
    .scriptName('studip')
    .usage(t('usage'))
    .detectLocale(false)
    .locale(language)
    .parserConfiguration({ 'boolean-negation': false, 'parse-positional-numbers': false })
  const listed = plain.command(
    ['list', '$0'],
    t('list.describe'),
    (its) => its,
    async (options) => {
      if (flag(options, 'json')) terminalOf(t, options).result({ commands: overview(t) })
      else process.stdout.write(`${await commandLine([], language, t).getHelp()}\n`)
    },
  )
  return commands
    .reduce((all, command) => register(all, command, t), listed)
    .command(
      'completion',
      t('completion.describe'),
      (its) => its,
      () => void plain.showCompletionScript(),
    )
    .strict()
    .recommendCommands()
    .help()
    .version()
    .wrap(Math.min(process.stdout.columns || 100, 120))
    .epilogue(t('epilogue'))
    .exitProcess(false)
    .fail(false)
}

const language = languageOf(process.env)
const t = textsIn(language)
try {
  await commandLine(process.argv.slice(2), language, t).parseAsync()
} catch (error) {
  terminalOf(t, {}).fail(`${error instanceof Error ? error.message : String(error)}. ${t('fault.help')}`)
  process.exitCode = 1
}
