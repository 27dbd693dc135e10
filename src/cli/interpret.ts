// Runs the command that the command line names, and sets the exit code.
import path from 'node:path'
import { flag, type Options } from './command.ts'
import { commandLine, further } from './command-line.ts'
import { commands } from './commands.ts'
import { nearest } from '../nearest.ts'
import { endQuietlyWithReader, endWith, language, perform, t, terminalOf } from './perform.ts'

const argv = process.argv.slice(2)
const calledAs = path.resolve(process.argv[1] ?? 'studip')

const list = async (options: Options, help: () => Promise<string>): Promise<void> => {
  const terminal = terminalOf(options)
  endQuietlyWithReader(terminal)
  const overview = commands.map(({ name, positional, describe }) => ({ name, positional, describe: t(describe) }))
  if (flag(options, 'json')) terminal.result({ commands: overview })
  else process.stdout.write(`${await help()}\n`)
}

/** The first word when it is no command; yargs would call it an unknown argument of the overview. */
const unknownCommand = (): string | undefined => {
  const [word] = argv.filter((argument) => !argument.startsWith('-'))
  const names: readonly string[] = [...commands.map(({ name }) => name), ...further]
  if (word === undefined || names.includes(word) || argv.includes('--get-yargs-completions')) return undefined
  const meant = nearest(word, names)
  return t('fault.unknown-command', { word }) + (meant === undefined ? '' : ` ${t('fault.meant', { meant })}`)
}

const beforeParsing = terminalOf({ json: argv.includes('--json') })
const unknown = unknownCommand()
if (unknown !== undefined) endWith(beforeParsing, 'usage', `${unknown} ${t('fault.help')}`)
else
  try {
    await commandLine(argv, {
      language,
      t,
      program: path.basename(calledAs),
      path: calledAs,
      perform,
      list,
    }).parseAsync()
  } catch (error) {
    endWith(beforeParsing, 'usage', `${error instanceof Error ? error.message : String(error)}. ${t('fault.help')}`)
  }
