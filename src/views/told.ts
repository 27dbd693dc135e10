// What a client is told about somebody, for whom it concerns: every claim (src/openid/claims.ts) with its value.
import type { Claims } from '../openid/claims.ts'
import type { Language } from '../studip/verdict.ts'
import type { TextKey } from './texts.ts'

export interface ToldLine {
  readonly label: TextKey
  readonly value?: string
  /** Unix seconds, in place of a value. */
  readonly at?: number
  readonly note?: TextKey
}

// `given_name` and `family_name` stand in the name.
const labels: readonly (readonly [claim: string, label: TextKey])[] = [
  ['name', 'told.name'],
  ['preferred_username', 'told.username'],
  ['email', 'told.email'],
  ['studip_perms', 'told.perms'],
  ['locale', 'told.locale'],
  ['picture', 'told.picture'],
  ['profile', 'told.profile'],
  ['updated_at', 'told.updated'],
  ['sub', 'told.sub'],
]

const nameOfLanguage = (tag: string, language: Language): string =>
  new Intl.DisplayNames(language, { type: 'language', languageDisplay: 'standard' }).of(tag) ?? tag

/** A line for each claim that is told, the name first. */
export const toldLines = (claims: Claims, language: Language): readonly ToldLine[] =>
  labels.flatMap(([claim, label]): readonly ToldLine[] => {
    const value = claims[claim]
    if (value === undefined) return []
    if (claim === 'updated_at') return [{ label, at: Number(value) }]
    if (claim === 'locale') return [{ label, value: nameOfLanguage(String(value), language) }]
    if (claim === 'picture') return [{ label, value: String(value), note: 'told.picture.set' }]
    const isUnverified = claim === 'email' && claims['email_verified'] !== true
    return [{ label, value: String(value), ...(isUnverified && { note: 'told.email.unverified' }) }]
  })
