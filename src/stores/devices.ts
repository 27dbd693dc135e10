// Pending device requests, rows of oauth2_auth_codes without a code (D27). chdate is the last poll; how often the client may
// poll, and where the request came from, stand among the scopes, where whoever looks for names passes over what is none.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { pollInterval } from '../oauth/device/device-authorization.ts'
import type { Devices } from '../oauth/device/ports.ts'
import type { Now } from '../oauth/ports.ts'
import { openid } from '../oauth/scopes/openid.ts'
import { createCredentialPace } from './credential-pace.ts'
import { isDuplicate } from './database-errors.ts'
import { changedBy, rowsOf, scopesOf } from './rows.ts'
import { retried } from './transaction.ts'

/** In the place of a user while nobody has approved. */
export const nobody = '-'
/** Seconds by which slow_down lengthens the interval (RFC 8628 §3.5). */
const growth = 5
/** Seconds that a poll may come early: clocks here are whole, and networks uneven. */
const tolerance = 1
/** No address is longer; what a proxy sends is text. */
const longestAddress = 45

interface Row {
  readonly user_id: string | null
  readonly client_id: string
  readonly scopes: string
  readonly revoked: number
  readonly mkdate: number
  readonly chdate: number
}
interface Facts {
  readonly address: string
  /** Seconds. */
  readonly interval: number
}
/** What takes their place with the approval of a sign-in. */
interface Approval {
  /** Unix seconds. */
  readonly authTime: number
}

const write = (scopes: readonly string[], facts?: Facts | Approval): string =>
  JSON.stringify(facts ? [...scopes, facts] : scopes)

const besideScopes = (text: string): Partial<Facts & Approval> =>
  (JSON.parse(text) as unknown[]).find((entry) => typeof entry === 'object' && entry !== null) ?? {}
const factsOf = (text: string): Facts => ({ address: '', interval: pollInterval, ...besideScopes(text) })

const unanswered = 'id = ? AND user_id = ? AND revoked = 0 AND expires_at >= ?'

export const createDevices = (db: Knex, now: Now): Devices => {
  const pace = createCredentialPace(bounds.polls)
  const find = async (id: string): Promise<Row | undefined> => {
    const [row] = await rowsOf<Row>(
      db.raw('SELECT user_id, client_id, scopes, revoked, mkdate, chdate FROM oauth2_auth_codes WHERE id = ?', [id]),
    )
    return row
  }
  /** Where the request came from is of no use any more, and goes. */
  const answer = async (
    id: string,
    { userId, revoked, loginAt }: { userId: string; revoked: 0 | 1; loginAt?: number | undefined },
  ): Promise<boolean> => {
    const row = await find(id)
    if (!row) return false
    const scopes = scopesOf(row.scopes)
    const approval = loginAt !== undefined && scopes.includes(openid.name) ? { authTime: loginAt } : undefined
    const update = `UPDATE oauth2_auth_codes SET user_id = ?, revoked = ?, scopes = ?, chdate = ? WHERE ${unanswered}`
    const bindings = [userId, revoked, write(scopes, approval), now(), id, nobody, now()]
    return (await retried(() => changedBy(db.raw(update, bindings)))) === 1
  }
  return {
    insert: async ({ id, clientId, scopes, expiresAt }, address) => {
      const facts = { address: address.slice(0, longestAddress), interval: pollInterval }
      const time = now()
      try {
        // The first poll is welcome at once.
        await retried(() =>
          db.raw(
            'INSERT INTO oauth2_auth_codes (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate) VALUES (?, ?, ?, ?, 0, ?, ?, ?)',
            [id, nobody, clientId, write(scopes, facts), expiresAt, time, time - pollInterval],
          ),
        )
        return true
      } catch (error) {
        if (isDuplicate(error)) return false
        throw error
      }
    },
    findPending: async (id) => {
      const [row] = await rowsOf<Row>(
        db.raw(`SELECT client_id, scopes, mkdate FROM oauth2_auth_codes WHERE ${unanswered}`, [id, nobody, now()]),
      )
      return (
        row && {
          id,
          clientId: row.client_id,
          scopes: scopesOf(row.scopes),
          address: factsOf(row.scopes).address,
          requestedAt: row.mkdate,
        }
      )
    },
    approve: (id, userId, loginAt) => answer(id, { userId, revoked: 0, loginAt }),
    deny: (id) => answer(id, { userId: nobody, revoked: 1 }),
    findAnswered: async (id) => {
      const [row] = await rowsOf<Row>(
        db.raw('SELECT user_id, client_id, revoked FROM oauth2_auth_codes WHERE id = ? AND expires_at >= ?', [
          id,
          now(),
        ]),
      )
      if (!row || row.user_id === null) return undefined
      const { client_id: clientId, user_id: userId, revoked } = row
      if (userId !== nobody) return { clientId, allowedBy: userId }
      return revoked ? { clientId, allowedBy: undefined } : undefined
    },
    poll: async ({ id, clientId, scopes }) => {
      const row = await find(id)
      if (!row || row.client_id !== clientId || row.user_id === null) return { kind: 'unknown' }
      if (row.user_id !== nobody)
        return row.revoked
          ? { kind: 'used' }
          : { kind: 'approved', userId: row.user_id, authTime: besideScopes(row.scopes).authTime }
      if (row.revoked) return { kind: 'denied' }
      // Far too fast: anybody may poll, and each poll is a commit.
      if (pace(id) > 0) return { kind: 'slow-down' }
      const facts = factsOf(row.scopes)
      const isEarly = now() - row.chdate < facts.interval - tolerance
      const next = isEarly ? { ...facts, interval: facts.interval + growth } : facts
      // Who finds the row changed polled at the same moment as another.
      const isCounted = await retried(() =>
        changedBy(
          db.raw(
            'UPDATE oauth2_auth_codes SET chdate = ?, scopes = ? WHERE id = ? AND user_id = ? AND revoked = 0 AND chdate = ? AND scopes = ?',
            [now(), write(scopes, next), id, nobody, row.chdate, row.scopes],
          ),
        ),
      )
      return { kind: isEarly || isCounted !== 1 ? 'slow-down' : 'pending' }
    },
  }
}
