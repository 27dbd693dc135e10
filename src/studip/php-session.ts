// Reads the few keys we need out of a PHP session string (`key|value…`), on bytes (contract §1.3, §1.5).
import { enterContainer, MalformedSession, maxValues, skipValue, type Cursor } from './php-serialization.ts'

/** A mediumblob holds no more. */
const maxLength = 16 * 1024 * 1024
const maxKeyLength = 1024
/** Entries of an array that we look into; `auth` has eight. */
const maxEntries = 1000

/** One serialised value, known to be well formed. */
export type Serialized = Buffer

const nextKey = (cursor: Cursor): { key: string; defined: boolean } => {
  const end = cursor.bytes.indexOf('|', cursor.at)
  if (end < 0 || end - cursor.at > maxKeyLength || (cursor.left -= 20) <= 0)
    throw new MalformedSession('no key, or too many')
  const defined = cursor.bytes[cursor.at] !== 0x21 // `!`: PHP marks a variable without a value
  const key = cursor.bytes.toString('latin1', defined ? cursor.at : cursor.at + 1, end)
  // Quotes belong to values: where one is in a key, somebody cut the string in the middle of a value.
  if (/["\x00-\x1f]/.test(key)) throw new MalformedSession('no key of PHP')
  cursor.at = end + 1
  return { key, defined }
}

const slice = (cursor: Cursor): Serialized => {
  const start = cursor.at
  skipValue(cursor)
  return cursor.bytes.subarray(start, cursor.at)
}

/**
 * The wanted keys of a session, undefined when it is malformed anywhere, too large or too deep. A wanted key that
 * occurs twice counts as malformed, too: PHP never writes that.
 */
export const readSession = (
  bytes: Buffer,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, Serialized> | undefined => {
  if (bytes.length > maxLength) return undefined
  const cursor = { bytes, at: 0, left: maxValues }
  const found = new Map<string, Serialized>()
  try {
    while (cursor.at < bytes.length) {
      const { key, defined } = nextKey(cursor)
      if (!defined) continue
      const value = slice(cursor)
      if (!wanted.has(key)) continue
      if (found.has(key)) return undefined
      found.set(key, value)
    }
  } catch (error) {
    if (error instanceof MalformedSession) return undefined
    throw error
  }
  return found
}

/** The one string that PHP's serialize() wrote, as Stud.IP's caches hold it (contract §1.2); undefined for anything else. */
export const unwrapString = (bytes: Buffer): Buffer | undefined => {
  const cursor = { bytes, at: 0, left: 1 }
  try {
    skipValue(cursor)
  } catch (error) {
    if (error instanceof MalformedSession) return undefined
    throw error
  }
  return bytes[0] === 0x73 && cursor.at === bytes.length ? bytes.subarray(bytes.indexOf('"') + 1, -2) : undefined
}

/** A string, byte for byte as latin1; undefined for every other type. */
export const asString = (value: Serialized | undefined): string | undefined =>
  value?.[0] === 0x73 ? value.toString('latin1', value.indexOf('"') + 1, value.length - 2) : undefined

/** An integer of any size; undefined for every other type. */
export const asInteger = (value: Serialized | undefined): bigint | undefined =>
  value?.[0] === 0x69 ? BigInt(value.toString('latin1', 2, value.length - 1)) : undefined

/** A boolean; undefined for every other type. */
export const asBoolean = (value: Serialized | undefined): boolean | undefined =>
  value?.[0] === 0x62 ? value[2] === 0x31 : undefined

/** Entries of an array, by key; undefined for every other type and when a key occurs twice. */
export const asArray = (value: Serialized | undefined): ReadonlyMap<string, Serialized> | undefined =>
  value?.[0] === 0x61 ? entries(value) : undefined

/** Class and properties of an object (private and protected ones under PHP's mangled names). */
export const asObject = (
  value: Serialized | undefined,
): { readonly className: string; readonly properties: ReadonlyMap<string, Serialized> } | undefined => {
  if (value?.[0] !== 0x4f) return undefined
  const properties = entries(value)
  const start = value.indexOf('"') + 1
  return properties && { className: value.toString('latin1', start, value.indexOf('"', start)), properties }
}

const entries = (value: Serialized): ReadonlyMap<string, Serialized> | undefined => {
  const cursor = { bytes: value, at: 0, left: maxValues }
  const found = new Map<string, Serialized>()
  const count = enterContainer(cursor)
  if (count > maxEntries) return undefined
  for (let index = 0; index < count; index++) {
    const key = slice(cursor)
    found.set(asString(key) ?? String(asInteger(key)), slice(cursor))
  }
  return found.size === count ? found : undefined
}
