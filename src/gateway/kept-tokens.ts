// The JWTs that stand in for sealed tokens at Stud.IP. Signing one costs more than all the rest, so each serves for minutes (D24).
import { LRUCache } from 'lru-cache'
import { bounds } from '../bounds.ts'
import { onFirstUse } from '../on-first-use.ts'
import type { Now } from '../oauth/ports.ts'
import type { AccessToken } from '../oauth/types.ts'

export interface SignsForStudip {
  /** Changes with the key. */
  readonly kid: () => Promise<string>
  /** What Stud.IP takes for the row of this token (contract §8.1), whatever the scopes of the grant. */
  readonly sign: (token: AccessToken) => Promise<string>
}

/** The JWT for a live token. Rejects with SetupError when the key files are unusable. */
export type KeptTokens = (token: AccessToken) => Promise<string>

interface Kept {
  readonly jwt: Promise<string>
  readonly from: number
  /** When it ends for Stud.IP. */
  readonly expiresAt: number
  readonly until: number
}

/** Seconds by which the clocks of this machine and PHP's may differ; Stud.IP compares without leeway. */
const leeway = 10

/** One signature for a token and lifetime, however many ask at once. A changed row or key makes another. */
export const createKeptTokens = ({ kid, sign, now }: SignsForStudip & { readonly now: Now }): KeptTokens => {
  const kept = onFirstUse(() => new LRUCache<string, Kept>({ max: bounds.gatewayTokens.most }))

  const signed = (name: string, token: AccessToken): Promise<string> => {
    const from = now() - leeway
    const latest = from + bounds.gatewayTokenLifetime.most
    const expiresAt = Math.min(latest, token.expiresAt)
    const jwt = sign({ ...token, issuedAt: from, expiresAt })
    const entry = { jwt, from, expiresAt, until: expiresAt < latest ? expiresAt : expiresAt - leeway }
    kept().set(name, entry)
    jwt.catch(() => {
      if (kept().peek(name) === entry) kept().delete(name)
    })
    return jwt
  }

  return async (token) => {
    const name = [await kid(), token.id, token.clientId, token.userId].join(' ')
    const entry = kept().get(name)
    const serves = entry && entry.from <= now() && now() < entry.until && entry.expiresAt <= token.expiresAt
    return serves ? entry.jwt : signed(name, token)
  }
}
