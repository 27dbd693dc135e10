// The header of an answer fits where nginx reads it: one that does not counts there as an instance that is away (D28).
import type { Context } from 'koa'
import { bounds } from '../bounds.ts'

/** Bytes of a line that no answer needs but those that repeat what was sent. */
const long = 1_024

const bytesOf = (name: string, value: unknown): number =>
  [value].flat().reduce<number>((sum, each) => sum + name.length + String(each).length + ': \r\n'.length, 0)

/** False where the header is too long; the lines that make it so are gone then. */
export const fits = (ctx: Context): boolean => {
  const lines = Object.entries(ctx.response.headers).map(([name, value]) => [name, bytesOf(name, value)] as const)
  if (lines.reduce((sum, [, bytes]) => sum + bytes, 0) <= bounds.answerHeader.most) return true
  for (const [name, bytes] of lines) if (bytes > long) ctx.remove(name)
  return false
}
