// What docs/developers.md shows, block by block: a comment before a block names the program that it is part of.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Block {
  readonly language: string
  readonly code: string
  /** The file that it belongs to; undefined when nothing runs it. */
  readonly program: string | undefined
  /** The text of its section, from the heading on. */
  readonly section: string
}

const page = readFileSync(join(import.meta.dirname, '../../docs/developers.md'), 'utf8')

export const blocks: readonly Block[] = page.split(/^(?=#{2,3} )/m).flatMap((section) =>
  [...section.matchAll(/(?:<!-- runs: (\S+) -->\n)?```(\w+)\n(.*?)^```$/gms)].map(
    ([, program, language = '', code = '']) => ({
      program,
      language,
      code,
      section,
    }),
  ),
)

/** All blocks of a program, for Stud.IP at this address. Where it has no https, what says so is let in. */
export const programAt = (program: string, studip: string): string =>
  blocks
    .filter((block) => block.program === program)
    .map(({ code }) => code)
    .join('\n')
    .replaceAll('https://studip.example.org/', studip)
    .replace(/\[\], \/\/ bin\/demo has no https: (\[.*\])/, '$1,')
    .replace(/\{\} \/\/ bin\/demo has no https: (\{.*\})/, '$1')
