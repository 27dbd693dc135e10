// Runs one command, and tells its fault in the language of the shell.
import type { Command, Options } from './command.ts'
import { flag } from './command.ts'
import { exitCodes, type Failure } from './command-error.ts'
import { failureOf, sentenceOf } from './faults.ts'
import { createTerminal, type Terminal } from './terminal.ts'
import { languageOf, textsIn } from './texts.ts'

export const language = languageOf(process.env)
export const t = textsIn(language)

export const terminalOf = (options: Options): Terminal =>
  createTerminal(t, {
    json: flag(options, 'json'),
    quiet: flag(options, 'quiet'),
    ansi: !flag(options, 'no-ansi'),
    interaction: !flag(options, 'no-interaction'),
  })

/** The last sentence of this process, and its exit code. */
export const endWith = (terminal: Terminal, failure: Failure, sentence: string): void => {
  terminal.fail(sentence, failure)
  process.exitCode = exitCodes[failure]
}

/** Ends with the sentence and the exit code of an error. */
export const tellFault = (error: unknown, terminal = terminalOf({})): void =>
  endWith(terminal, failureOf(error), sentenceOf(t, error))

/**
 * Who reads no further, such as `head`, wants no more and has done nothing wrong; a disk that is full is said where that is still
 * possible. The service has a log of its own to lose.
 */
export const endQuietlyWithReader = (terminal: Terminal): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit()
      if (stream === process.stdout) terminal.fail(t('fault.output', { code: error.code ?? '' }))
      process.exit(exitCodes.failed)
    })
}

export const perform = async (command: Command, options: Options): Promise<void> => {
  const terminal = terminalOf(options)
  if (command.name !== 'oauth2:serve') endQuietlyWithReader(terminal)
  try {
    process.exitCode = (await command.run(options, terminal)) ?? exitCodes.done
  } catch (error) {
    tellFault(error, terminal)
  }
}
