// Operators and casts of PHP on known values. Undefined where PHP warns, throws, or its answer depends on more than the values.
import { isArray, phpNumber, phpText, truthy, type PhpValue } from './value.ts'

type Operator = (left: PhpValue, right: PhpValue) => PhpValue | undefined

const arithmetic =
  (compute: (a: number, b: number) => number): Operator =>
  (left, right) => {
    const [a, b] = [phpNumber(left), phpNumber(right)]
    const result = a === undefined || b === undefined ? Number.NaN : compute(a, b)
    return Math.abs(result) <= Number.MAX_SAFE_INTEGER ? result : undefined
  }
/** Whole numbers within 32 bits: JavaScript's operators know no more. */
const bitwise = (compute: (a: number, b: number) => number): Operator =>
  arithmetic((a, b) => ([a, b].every((side) => side === (side | 0)) ? compute(a, b) : Number.NaN))

const same = (left: PhpValue, right: PhpValue): boolean | undefined =>
  isArray(left) || isArray(right) ? undefined : left === right

const startsAsNumber = (value: PhpValue): boolean =>
  typeof value !== 'string' || /^[ \t\n\r\v\f]{0,8}[+-]?\.?\d/.test(value)

const alikeScalars = (left: PhpValue, right: PhpValue): boolean | undefined => {
  const [a, b] = [phpNumber(left), phpNumber(right)]
  if (a !== undefined && b !== undefined) return a === b
  return startsAsNumber(left) && startsAsNumber(right) ? undefined : phpText(left) === phpText(right)
}

/** `==` as PHP 8 has it; undefined for texts such as `1e3`, which may be numbers in disguise. */
const alike = (left: PhpValue, right: PhpValue): boolean | undefined => {
  if (isArray(left) || isArray(right)) return undefined
  if (left === right) return true
  const types = [left, right].map((side) => (side === null ? 'null' : typeof side))
  if (types.includes('null') && types.includes('string')) return left === '' || right === ''
  if (types.includes('null') || types.includes('boolean')) return truthy(left) === truthy(right)
  return alikeScalars(left, right)
}

const ordered =
  (holds: (difference: number) => boolean): Operator =>
  (left, right) => {
    const [a, b] = [left, right].map((side) =>
      typeof side === 'boolean' || side === null ? undefined : phpNumber(side),
    )
    return a === undefined || b === undefined ? undefined : holds(a - b)
  }
const not = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value)

const joined: Operator = (left, right) => {
  const [a, b] = [phpText(left), phpText(right)]
  return a === undefined || b === undefined ? undefined : a + b
}

/** Every binary operator but those that look at their right side only sometimes. */
export const operators: Readonly<Record<string, Operator>> = {
  '.': joined,
  '+': (left, right) =>
    isArray(left) && isArray(right)
      ? new Map([...left, ...[...right].filter(([key]) => !left.has(key))])
      : arithmetic((a, b) => a + b)(left, right),
  '-': arithmetic((a, b) => a - b),
  '*': arithmetic((a, b) => a * b),
  '/': arithmetic((a, b) => (b === 0 ? Number.NaN : a / b)),
  '%': arithmetic((a, b) => Math.trunc(a) % Math.trunc(b)),
  '**': arithmetic((a, b) => a ** b),
  '|': bitwise((a, b) => a | b),
  '&': bitwise((a, b) => a & b),
  '^': bitwise((a, b) => a ^ b),
  '<<': bitwise((a, b) => (b >= 0 && b < 32 ? a * 2 ** b : Number.NaN)),
  '>>': bitwise((a, b) => (b >= 0 && b < 32 ? a >> b : Number.NaN)),
  xor: (left, right) => truthy(left) !== truthy(right),
  '===': same,
  '!==': (left, right) => not(same(left, right)),
  '==': alike,
  '!=': (left, right) => not(alike(left, right)),
  '<>': (left, right) => not(alike(left, right)),
  '<': ordered((difference) => difference < 0),
  '>': ordered((difference) => difference > 0),
  '<=': ordered((difference) => difference <= 0),
  '>=': ordered((difference) => difference >= 0),
}

const wholeOf = (value: PhpValue): number | undefined => {
  if (typeof value !== 'string') return isArray(value) ? Number(value.size > 0) : Math.trunc(Number(value))
  const digits = /^[ \t\n\r\v\f]{0,8}([+-]?\d{1,15})(?![\d.eE])/.exec(value)
  return digits ? Number(digits[1]) : /^[ \t\n\r\v\f]{0,8}[+-]?\.?\d/.test(value) ? undefined : 0
}

/** `(int)`, `(string)`, `(bool)` and their other names; undefined for casts that we do not follow. */
export const castTo = (type: string, value: PhpValue): PhpValue | undefined => {
  if (/^bool(ean)?$/.test(type)) return truthy(value)
  if (/^int(eger)?$/.test(type)) return wholeOf(value)
  if (type === 'string' || type === 'binary') return phpText(value)
  if (type === 'array') return isArray(value) ? value : value === null ? new Map() : new Map([['0', value]])
  return undefined
}
