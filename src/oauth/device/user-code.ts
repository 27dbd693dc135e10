// User codes (RFC 8628 §6.1): what somebody reads from one screen and types on another.
import { bounds } from '../../bounds.ts'
import type { RandomHex } from '../ports.ts'

/** No vowels, so that no word comes out; nothing that looks like a digit. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const length = 8
/** The greatest multiple of twenty that a byte holds: beyond it some letters would be likelier than others. */
const fair = 240

/** Eight random letters, each of twenty as likely. */
export const newUserCode = (random: RandomHex): string => {
  let code = ''
  while (code.length < length) {
    const byte = Number.parseInt(random(1), 16)
    if (byte < fair) code += letters[byte % letters.length]!
  }
  return code
}

/** `BCDF-GHJK`, as it is shown. */
export const grouped = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`

/** The code that somebody typed, whatever its case, blanks and dashes; undefined for what no code looks like. */
export const readUserCode = (text: string): string | undefined => {
  if (text.length > bounds.userCode.most) return undefined
  const code = text.replaceAll(/[\s\p{Pd}]/gu, '').toUpperCase()
  return code.length === length && [...code].every((letter) => letters.includes(letter)) ? code : undefined
}
