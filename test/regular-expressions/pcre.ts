// PCRE's part: PHP has the very library that nginx and Apache use.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Expression } from './expression.ts'
import { longest, type Excess } from './growth.ts'
import { subjectsOf } from './subjects.ts'

/** For each expression the first text for which PCRE takes more than linear work. Rejects if PCRE cannot read one. */
export async function excessesOfPcre(expressions: readonly Expression[]): Promise<readonly (Excess | undefined)[]> {
  const subjects = expressions.map(({ source }) => subjectsOf(source))
  const php = spawn('php', [join(import.meta.dirname, 'pcre.php')], { stdio: ['pipe', 'pipe', 'pipe'] })
  php.stdin.end(
    JSON.stringify({
      longest,
      expressions: expressions.map(({ source, flags }, index) => ({
        source,
        flags,
        subjects: subjects[index]?.map(({ before, again, after }) => [before, again, after]),
      })),
    }),
  )
  const [output, errors] = await Promise.all([text(php.stdout), text(php.stderr)])
  if (errors !== '') throw new Error(errors)
  const found = JSON.parse(output) as readonly (readonly [number, string] | null)[]
  return found.map((excess, index) => {
    const [expression, subject] = [expressions[index], excess && subjects[index]?.[excess[0]]]
    return expression && excess && subject ? { expression, subject, why: excess[1] } : undefined
  })
}
