// Runs one command of the command line and sets the exit code.
import path from 'node:path'
import { flag, type Command, type Options } from './command.ts'
import { commandLine, further } from './command-line.ts'
import { commands } from './commands.ts'
import { exitCodes, type Failure } from './command-error.ts'
import { failureOf, sentenceOf } from './faults.ts'
import { nearest } from './nearest.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import { languageOf, textsIn } from './texts.ts'

const language = languageOf(process.env)
const t = textsIn(language)
const argv = process.argv.slice(2)
const calledAs = path.resolve(process.argv[1] ?? 'studip')

const terminalOf = (options: Options): Terminal =>
  createTerminal(t, {
    json: flag(options, 'json'),
    quiet: flag(options, 'quiet'),
    ansi: !flag(options, 'no-ansi'),
    interaction: !flag(options, 'no-interaction'),
  })

const endWith = (terminal: Terminal, failure: Failure, sentence: string): void => {
  terminal.fail(sentence, failure)
  process.exitCode = exitCodes[failure]
}

/** Who reads no further, such as `head`, wants no more and has done nothing wrong. The service has a log of its own to lose. */
const endQuietlyWithReader = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      process.exit()
    })
}

const perform = async (command: Command, options: Options): Promise<void> => {
  if (command.name !== 'oauth2:serve') endQuietlyWithReader()
  const terminal = terminalOf(options)
  try {
    process.exitCode = (await command.run(options, terminal)) ?? exitCodes.done
  } catch (error) {
    endWith(terminal, failureOf(error), sentenceOf(t, error))
  }
}

const list = async (options: Options, help: () => Promise<string>): Promise<void> => {
  endQuietlyWithReader()
  const overview = commands.map(({ name, positional, describe }) => ({ name, positional, describe: t(describe) }))
  if (flag(options, 'json')) terminalOf(options).result({ commands: overview })
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
