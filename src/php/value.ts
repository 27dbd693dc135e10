// Values of PHP, as far as constant expressions go, and what is known of them.

export type PhpScalar = string | number | boolean | null
/** Strings hold one byte in each character: PHP knows no other. Keys are the text of PHP's. */
export type PhpArray = ReadonlyMap<string, PhpValue>
export type PhpValue = PhpScalar | PhpArray

export interface Place {
  readonly file: string
  readonly line: number
}
/** A value that was read. `assumed` when it rests on an environment that PHP may see and we do not. */
export interface Reading {
  readonly value: PhpValue
  readonly assumed: boolean
}
/** A value that only PHP could compute, and where it asked for more than we understand. */
export interface Unread {
  readonly unread: Place
}
export type Outcome = Reading | Unread

export const known = (value: PhpValue, assumed = false): Reading => ({ value, assumed })
export const isRead = (outcome: Outcome): outcome is Reading => 'value' in outcome
export const isArray = (value: PhpValue): value is PhpArray => value instanceof Map

/** PHP's truth of a value: '', '0', 0, null, false and the empty array are false. */
export const truthy = (value: PhpValue): boolean =>
  isArray(value) ? value.size > 0 : typeof value === 'string' ? value !== '' && value !== '0' : Boolean(value)

/** The text PHP makes of a scalar; undefined for an array, and for a fraction, whose digits php.ini decides. */
export const phpText = (value: PhpValue): string | undefined => {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  return isArray(value) ? undefined : value ? '1' : ''
}

/** The number of an operand; undefined where PHP would warn or throw. */
export const phpNumber = (value: PhpValue): number | undefined => {
  if (typeof value === 'string')
    return /^[ \t\n\r\v\f]{0,8}[+-]?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : undefined
  return isArray(value) ? undefined : Number(value)
}

/** The key that PHP makes of an offset; undefined where it refuses or warns. */
export const phpKey = (value: PhpValue): string | undefined =>
  typeof value === 'number' ? String(Math.trunc(value)) : phpText(value)

/** An array with one more entry; without a key it goes behind the greatest number. */
export const withEntry = (array: PhpArray, key: string | undefined, value: PhpValue): PhpArray => {
  const numbers = [...array.keys()].filter((name) => /^(0|-?[1-9]\d{0,15})$/.test(name)).map(Number)
  return new Map(array).set(key ?? String(Math.max(-1, ...numbers) + 1), value)
}

/** The text that the bytes of a PHP string are in UTF-8; undefined when they are none. */
export const utf8Of = (bytes: string): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return undefined
  }
}
