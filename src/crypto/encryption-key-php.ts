// What the PHP of encryption_key.php returns, when it is more than one plain text.
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { bounds } from '../bounds.ts'
import { newScope, PhpSyntaxError, readPhp } from '../php/read.ts'
import { isRead, utf8Of, type Outcome, type PhpArray, type Place } from '../php/value.ts'

/** A key text, the argument of Defuse's `Key::loadFromAsciiSafeString()`, or why there is neither. */
export type ReturnedKey =
  | { readonly password: string }
  | { readonly defuse: string }
  | { readonly fault: 'encryption-key-form' }
  | { readonly fault: 'encryption-key-unread' | 'encryption-key-syntax'; readonly place: Place }

const readBeside = (file: string): string | undefined => {
  try {
    return statSync(file).size <= bounds.keyFile.most ? readFileSync(file, 'latin1') : undefined
  } catch {
    return undefined
  }
}

const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Runs the file. Never throws. */
export const runEncryptionKey = (php: string, path: string): ReturnedKey => {
  // Stands for the object, which nothing but `return` can use.
  const object: PhpArray = new Map()
  let ascii = ''
  const loadFromAscii = ([text]: readonly unknown[]) => {
    if (typeof text !== 'string') return undefined
    ascii = text
    return object
  }
  const methods = { 'defuse\\crypto\\key::loadfromasciisafestring': loadFromAscii }
  const scope = newScope({ real: {}, dotenv: {}, includePath: [], read: readBeside, methods })
  try {
    return keyOf(readPhp(php, realPath(path), scope), object, ascii)
  } catch (error) {
    if (error instanceof PhpSyntaxError) return { fault: 'encryption-key-syntax', place: error.place }
    throw error
  }
}

const keyOf = (outcome: Outcome, object: PhpArray, ascii: string): ReturnedKey => {
  if (!isRead(outcome)) return { fault: 'encryption-key-unread', place: outcome.unread }
  if (outcome.value === object) return { defuse: ascii }
  const password = typeof outcome.value === 'string' && !outcome.assumed ? utf8Of(outcome.value) : undefined
  return password === undefined ? { fault: 'encryption-key-form' } : { password }
}
