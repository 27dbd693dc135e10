// What a Stud.IP session says, read from its bytes in the shape of one major version (contract §1.4, §1.5).
import { asArray, asBoolean, asInteger, asObject, asString, readSession, type Serialized } from './php-session.ts'
import { isTruthy } from './php-values.ts'

/** The answer of Stud.IP's second factor, not verified yet (contract §2.3). */
export interface Confirmation {
  readonly code: string
  readonly timeslice: bigint
}

export interface Session {
  /** Undefined: anonymous. */
  readonly userId: string | undefined
  readonly confirmation: Confirmation | undefined
  /** Locale such as de_DE. */
  readonly language: string | undefined
  /** 6.x: absolute URL to go to after the login. */
  readonly redirectAfterLogin: string | undefined
  /** Unix seconds; set by the first full page after a login (contract §18.3). */
  readonly sessionStart: number | undefined
  /** High contrast, chosen before a login or kept from the one before (contract §1.5). */
  readonly highContrast: boolean
}

const nobody: Session = {
  userId: undefined,
  confirmation: undefined,
  language: undefined,
  redirectAfterLogin: undefined,
  sessionStart: undefined,
  highContrast: false,
}
const wantedKeys = new Set(['auth', 'tfa/confirmed', '_language', 'redirect_after_login', 'SessionStart', 'contrast'])
const authClasses = new Set(['Seminar_Auth', 'Seminar_Default_Auth', 'Seminar_Register_Auth'])
const notUsers = new Set(['nobody', 'form'])

/** True for what can be a user id in any version; compare byte for byte. */
export const isUserId = (text: string): boolean => /^[0-9A-Za-z_]{1,32}$/.test(text) && !notUsers.has(text)

/** 5.x keeps an object with an array in it, 6.x an array. The shape of the other major version is not believed. */
const authEntries = (auth: Serialized | undefined, major: number): ReadonlyMap<string, Serialized> | undefined => {
  if (major >= 6) return asArray(auth)
  const object = asObject(auth)
  return object && authClasses.has(object.className) ? asArray(object.properties.get('auth')) : undefined
}

const confirmationOf = (value: Serialized | undefined): Confirmation | undefined => {
  const entries = asArray(value)
  const code = asString(entries?.get('code'))
  const timeslice = asInteger(entries?.get('timeslice'))
  return code !== undefined && timeslice !== undefined ? { code, timeslice } : undefined
}

// Zero is what PHP calls empty: the next page of Stud.IP sets it anew.
const secondsOf = (value: Serialized | undefined): number | undefined => {
  const seconds = Number(asInteger(value) ?? 0n)
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : undefined
}

// The login page writes 1 or 0, 5.2's true, logging out what the configuration had: a number, a text or a boolean.
const isTrue = (value: Serialized | undefined): boolean =>
  isTruthy(asString(value) ?? asInteger(value)?.toString()) || asBoolean(value) === true

/** Never throws: malformed or hostile bytes are an anonymous session. `major` is Stud.IP's major version. */
export const parseSession = (bytes: Buffer, major: number): Session => {
  const keys = readSession(bytes, wantedKeys)
  if (!keys) return nobody
  const userId = asString(authEntries(keys.get('auth'), major)?.get('uid'))
  return {
    userId: userId !== undefined && isUserId(userId) ? userId : undefined,
    confirmation: confirmationOf(keys.get('tfa/confirmed')),
    language: asString(keys.get('_language')),
    redirectAfterLogin: major >= 6 ? asString(keys.get('redirect_after_login')) : undefined,
    sessionStart: secondsOf(keys.get('SessionStart')),
    highContrast: isTrue(keys.get('contrast')),
  }
}
