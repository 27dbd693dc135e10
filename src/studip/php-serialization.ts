// Walks PHP's serialised values byte by byte; builds nothing, resolves nothing (contract §1.3).

/** PHP's own unserialize_max_depth. */
const maxDepth = 4096
/** Values of one session, keys of arrays included: far beyond what a busy one holds, walked in some 15 ms. */
export const maxValues = 600_000
/** Longest text of a double. PHP prints up to 17 digits, with a large `serialize_precision` some more. */
const maxDoubleLength = 400

/** Input that PHP would not have written, or that is beyond our bounds. */
export class MalformedSession extends Error {
  override readonly name = 'MalformedSession'
}

/** A place in the input; the functions below move it forward. */
export interface Cursor {
  readonly bytes: Buffer
  at: number
  /** How many values may still be read; see maxValues. */
  left: number
}

const malformed = (cursor: Cursor): never => {
  throw new MalformedSession(`malformed at byte ${cursor.at}`)
}

const code = (character: string): number => character.charCodeAt(0)
const [array, object, integer, string] = [code('a'), code('O'), code('i'), code('s')]
const [nothing, minus] = [code('N'), code('-')]
const [colon, semicolon, quote, opening, closing] = [code(':'), code(';'), code('"'), code('{'), code('}')]

const expect = (cursor: Cursor, byte: number): void => {
  if (cursor.bytes[cursor.at] !== byte) malformed(cursor)
  cursor.at++
}

/** Digits of a length or a count. None can be larger than the input. */
const readCount = (cursor: Cursor): number => {
  const start = cursor.at
  let count = 0
  for (let digit; (digit = cursor.bytes[cursor.at]! - 48) >= 0 && digit <= 9; cursor.at++) {
    count = count * 10 + digit
    if (count > cursor.bytes.length) malformed(cursor)
  }
  return cursor.at > start ? count : malformed(cursor)
}

/** `N:"…"` of strings, class names and enum cases, `N:{…}` of custom data; N counts bytes. Answers where the content begins. */
const skipEnclosed = (cursor: Cursor, before: number, after: number): number => {
  const length = readCount(cursor)
  expect(cursor, colon)
  expect(cursor, before)
  const start = cursor.at
  cursor.at += length
  expect(cursor, after)
  return start
}

/** Digits up to the semicolon; at most 20, as many as 64 bits have with their sign. */
const digits = (cursor: Cursor): void => {
  const start = cursor.at
  for (let digit; (digit = cursor.bytes[cursor.at]! - 48) >= 0 && digit <= 9;) cursor.at++
  if (cursor.at === start || cursor.at - start > 20) malformed(cursor)
  expect(cursor, semicolon)
}

const signed = (cursor: Cursor): void => {
  if (cursor.bytes[cursor.at] === minus) cursor.at++
  digits(cursor)
}

const boolean = (cursor: Cursor): void => {
  const value = cursor.bytes[cursor.at]! - 48
  if (value !== 0 && value !== 1) malformed(cursor)
  cursor.at++
  expect(cursor, semicolon)
}

const doubleSyntax = /^(-?INF|NAN|-?\d+(\.\d*)?(E[+-]?\d{1,4})?)$/
const double = (cursor: Cursor): void => {
  const end = cursor.bytes.indexOf(semicolon, cursor.at)
  if (
    end < 0 ||
    end - cursor.at > maxDoubleLength ||
    !doubleSyntax.test(cursor.bytes.toString('latin1', cursor.at, end))
  )
    malformed(cursor)
  cursor.at = end + 1
  cursor.left -= 3 // a pattern costs more than the other types
}

const quoted = (cursor: Cursor): void => {
  skipEnclosed(cursor, quote, quote)
  expect(cursor, semicolon)
}

/** `C:N:"Class":LEN:{raw}`: the class wrote these bytes itself. */
const custom = (cursor: Cursor): void => {
  skipEnclosed(cursor, quote, quote)
  expect(cursor, colon)
  skipEnclosed(cursor, opening, closing)
}

/** What follows `<type>:`, by type. */
const scalars = Object.entries({
  b: boolean,
  i: signed,
  d: double,
  r: digits,
  R: digits,
  s: quoted,
  E: quoted,
  C: custom,
}).reduce<((cursor: Cursor) => void)[]>((table, [type, skip]) => {
  table[code(type)] = skip
  return table
}, [])

const skipScalar = (cursor: Cursor): void => {
  const type = cursor.bytes[cursor.at]!
  cursor.at++
  if (type === nothing) return expect(cursor, semicolon)
  expect(cursor, colon)
  const skip = scalars[type] ?? malformed(cursor)
  skip(cursor)
}

/** `a:N:{` or `O:N:"Class":M:{`, up to its first key; answers the number of entries. */
export const enterContainer = (cursor: Cursor): number => {
  const isObject = cursor.bytes[cursor.at] === object
  cursor.at++
  expect(cursor, colon)
  if (isObject) {
    skipEnclosed(cursor, quote, quote)
    expect(cursor, colon)
  }
  const count = readCount(cursor)
  expect(cursor, colon)
  expect(cursor, opening)
  return count
}

const isKey = (type: number | undefined): boolean => type === integer || type === string

/**
 * Moves behind the value at the cursor. Iterative, so that depth costs no stack.
 * @throws MalformedSession for what PHP would not write, and beyond our bounds
 */
export const skipValue = (cursor: Cursor): void => {
  const open: number[] = [] // per open container: how many keys and values are still to come
  while (cursor.left-- > 0) {
    const type = cursor.bytes[cursor.at]
    const inside = open.length - 1
    if (inside >= 0 && open[inside]!-- % 2 === 0 && !isKey(type)) malformed(cursor)
    if (type !== array && type !== object) skipScalar(cursor)
    else if (open.push(2 * enterContainer(cursor)) > maxDepth) malformed(cursor)
    while (open.length > 0 && open[open.length - 1] === 0) {
      expect(cursor, closing)
      open.pop()
    }
    if (open.length === 0) return
  }
  malformed(cursor)
}
