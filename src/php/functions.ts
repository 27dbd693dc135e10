// Functions of PHP that depend on nothing but their arguments, as far as configuration files use them.
import { createHash } from 'node:crypto'
import { castTo } from './operators.ts'
import { isArray, phpText, withEntry, type PhpArray, type PhpValue } from './value.ts'

type Arguments = readonly PhpValue[]
type Pure = (args: Arguments) => PhpValue | undefined

/** Without the dots that PHP writes a range with, which mean more than characters. */
const characters = (list: PhpValue | undefined): string | undefined =>
  list === undefined ? ' \n\r\t\v\0' : typeof list === 'string' && !list.includes('..') ? list : undefined

const trimming =
  (left: boolean, right: boolean): Pure =>
  ([value = null, list]) => {
    const [text, drop] = [phpText(value), characters(list)]
    if (text === undefined || drop === undefined) return undefined
    let [from, to] = [0, text.length]
    while (left && from < to && drop.includes(text[from]!)) from += 1
    while (right && to > from && drop.includes(text[to - 1]!)) to -= 1
    return text.slice(from, to)
  }

const onText =
  (work: (text: string) => PhpValue | undefined): Pure =>
  ([value = null, ...others]) => {
    const text = phpText(value)
    return text === undefined || others.length > 0 ? undefined : work(text)
  }

const dirname = (path: string): string => {
  const end = path.replace(/\/{1,64}$/, '').lastIndexOf('/')
  const parent = path.slice(0, Math.max(end, 0)).replace(/\/{1,64}$/, '')
  return end < 0 ? (path.startsWith('/') ? '/' : '.') : parent || '/'
}
const dirnames: Pure = ([path, levels = 1]) => {
  if (typeof path !== 'string' || typeof levels !== 'number' || levels < 1 || levels > 64) return undefined
  let parent = path
  for (let level = 0; level < levels; level += 1) parent = dirname(parent)
  return parent
}

const implode: Pure = ([glue, pieces]) => {
  if (typeof glue !== 'string' || !pieces || !isArray(pieces)) return undefined
  const texts = [...pieces.values()].map(phpText)
  return texts.includes(undefined) ? undefined : texts.join(glue)
}

const merged: Pure = (arrays) => {
  let all: PhpArray = new Map()
  for (const array of arrays) {
    if (!isArray(array)) return undefined
    for (const [key, value] of array) all = withEntry(all, /^-?\d+$/.test(key) ? undefined : key, value)
  }
  return all
}

const lower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
const upper = (text: string): string => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())
const digest = (name: string) => onText((text) => createHash(name).update(text, 'latin1').digest('hex'))

/** By name in lower case. Each answers undefined for arguments that it does not follow. */
export const functions: Readonly<Record<string, Pure>> = {
  trim: trimming(true, true),
  ltrim: trimming(true, false),
  rtrim: trimming(false, true),
  chop: trimming(false, true),
  strtolower: onText(lower),
  strtoupper: onText(upper),
  strlen: onText((text) => text.length),
  strrev: onText((text) => [...text].reverse().join('')),
  base64_decode: onText((text) =>
    /^[A-Za-z0-9+/]{0,65536}={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString('latin1') : undefined,
  ),
  hex2bin: onText((text) =>
    text.length % 2 === 0 && /^[0-9A-Fa-f]{0,65536}$/.test(text)
      ? Buffer.from(text, 'hex').toString('latin1')
      : undefined,
  ),
  md5: digest('md5'),
  sha1: digest('sha1'),
  dirname: dirnames,
  implode,
  join: implode,
  array_merge: merged,
  intval: ([value = null, ...base]) => (base.length > 0 ? undefined : castTo('int', value)),
  strval: ([value = null]) => castTo('string', value),
  boolval: ([value = null]) => castTo('bool', value),
  is_null: ([value]) => value === null,
  is_string: ([value]) => typeof value === 'string',
  is_array: ([value]) => value !== undefined && isArray(value),
}
