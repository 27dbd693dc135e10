// A grant is the prefix of its ids (D2): 32 hex characters that a code and all tokens that come from it share.
import type { RandomHex } from './ports.ts'

const grantBytes = 16
const ownBytes = 24
const grantId = /^[0-9a-f]{32}$/
const clientId = /^[1-9][0-9]{0,19}$/

export const isGrantId = (text: string): boolean => grantId.test(text)

/** The grant of an id. Ids that Stud.IP's own server made are random, so each of them is a grant of its own. */
export const grantOf = (id: string): string => id.slice(0, 2 * grantBytes)

/** 80 lower-case hex characters that start a grant. */
export const newGrantCode = (random: RandomHex): string => random(grantBytes + ownBytes)

/** 80 lower-case hex characters of the same grant as `id`; of a fresh grant when `id` has no usable prefix. */
export const newIdInGrantOf = (id: string, random: RandomHex): string => {
  const prefix = grantOf(id)
  return (isGrantId(prefix) ? prefix : random(grantBytes)) + random(ownBytes)
}

const parentCharacters = 16
const parent = /^[0-9a-f]{16}$/

/**
 * How the ids of access tokens begin that came from a code or refresh token: its grant, then the end of its own id. So the pairs
 * of one rotated token are a range of the primary key, too. Undefined for an id that is not made of hex characters.
 */
export const successorsOf = (id: string): string | undefined => {
  const [grant, end] = [grantOf(id), id.slice(-parentCharacters)]
  return isGrantId(grant) && parent.test(end) ? grant + end : undefined
}

/** 80 lower-case hex characters, 32 of them random: an access token that comes from the code or refresh token `id`. */
export const newSuccessorOf = (id: string, random: RandomHex): string => {
  const beginning = successorsOf(id)
  return beginning === undefined ? newIdInGrantOf(id, random) : beginning + random(ownBytes - parentCharacters / 2)
}

/** Digits without a leading zero up to 2^64−1; MySQL would find client 1 for `1abc` (contract §8, §15-8). */
export const isClientId = (text: string): boolean => clientId.test(text) && BigInt(text) <= 18446744073709551615n
