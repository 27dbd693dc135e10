// Clients that people ask for: rows of oauth2_clients that are suspended until root approves them (D35).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import {
  readRequest,
  requestStates,
  writeRequest,
  type AskedFor,
  type Decision,
  type Named,
  type RequestState,
} from '../oauth/client-request.ts'
import type { Now } from '../oauth/ports.ts'
import { isConfidential, urisOf, type ClientRow } from './client-rows.ts'
import { insertClient, type NewClient } from './insert-client.ts'
import { isOpenRequestSql, openRequestBinding, requestPattern } from './request-notes.ts'
import { freeSlot, takeSlot } from './request-slots.ts'
import { changedBy, rowsOf } from './rows.ts'
import { markForm } from './sent-forms.ts'
import { inTransaction } from './transaction.ts'
import { asUnstorable } from './unstorable.ts'

/** What is asked for, checked. */
export type WantedClient = Omit<NewClient, 'adminNotes'>

export interface RequestedClient extends Omit<WantedClient, 'secretHash'> {
  readonly id: string
  readonly confidential: boolean
  readonly suspended: boolean
  readonly request: AskedFor
}

/** `unknown` for what nobody asked for, `decided` for what is in no state for it (any more). */
export type Outcome = 'done' | 'unknown' | 'decided'

export interface ClientRequests {
  /** @returns its id; undefined while as many of this person are open as may be @throws UnstorableError, FormSentBefore */
  ask(client: WantedClient, by: Named, purpose: string, formId?: string): Promise<string | undefined>
  /** What this person asked for, what is open before the rest, the newest first, a bounded number of them. */
  ofPerson(userId: string): Promise<readonly RequestedClient[]>
  /** Those that wait, the oldest first, a bounded number of them, and how many there are in all. */
  open(): Promise<{ readonly requests: readonly RequestedClient[]; readonly total: number }>
  get(id: string): Promise<RequestedClient | undefined>
  /** Lets it work, also after it was rejected or withdrawn. */
  approve(id: string, by: Named): Promise<Outcome>
  /** @throws UnstorableError where the database cannot hold the reason */
  reject(id: string, by: Named, reason: string): Promise<Outcome>
  /** By the person who asked: suspends what was approved, and deletes what was not. */
  withdraw(id: string, by: Named): Promise<Outcome>
}

interface Found {
  readonly client: RequestedClient
  readonly notes: string
}

const toFound = (row: ClientRow): readonly Found[] => {
  const request = readRequest(row.admin_notes ?? '')
  if (!request) return []
  const { id, name, description, owner, homepage } = row
  const client = {
    id: String(id),
    name,
    redirectUris: urisOf(row.redirect),
    description: description ?? '',
    owner: owner ?? '',
    homepage: homepage ?? '',
    confidential: isConfidential(row.secret),
    suspended: row.revoked !== 0,
    request,
  }
  return [{ client, notes: row.admin_notes ?? '' }]
}

class NoSlot extends Error {}
class TooLate extends Error {}

// Slot before client, as asking has it: who takes both in one order never waits for somebody who waits for them.
const together = (
  db: Knex,
  { id, request }: RequestedClient,
  change: (trx: Knex) => Promise<number>,
): Promise<Outcome> =>
  inTransaction(db, async (trx) => {
    await freeSlot(trx, request.by.id, id)
    if ((await change(trx)) !== 1) throw new TooLate()
    return 'done' as const
  }).catch((error: unknown) => {
    if (error instanceof TooLate) return 'decided' as const
    throw error
  })

export const createClientRequests = (db: Knex, now: Now): ClientRequests => {
  const find = async (id: string): Promise<Found | undefined> => {
    const rows = await rowsOf<ClientRow>(
      db.raw(`SELECT * FROM oauth2_clients WHERE id = ? AND admin_notes LIKE ?`, [id, requestPattern()]),
    )
    return rows.flatMap(toFound)[0]
  }

  /** Who finds other notes than were read comes too late. */
  const decide = async (
    { client, notes }: Found,
    state: RequestState,
    decision: Omit<Decision, 'at'>,
  ): Promise<Outcome> => {
    const changed = writeRequest({ ...client.request, state, decision: { ...decision, at: now() } })
    const sql =
      'UPDATE oauth2_clients SET revoked = ?, admin_notes = ?, chdate = GREATEST(chdate + 1, ?) WHERE id = ? AND admin_notes = ?'
    const values = [state === 'approved' ? 0 : 1, changed, now(), client.id, notes]
    return together(db, client, (trx) => changedBy(trx.raw(sql, values))).catch((error: unknown) => {
      throw asUnstorable(error, { admin_notes: changed })
    })
  }

  const remove = ({ client, notes }: Found): Promise<Outcome> =>
    together(db, client, (trx) =>
      changedBy(
        trx.raw('DELETE FROM oauth2_clients WHERE id = ? AND revoked = 1 AND admin_notes = ?', [client.id, notes]),
      ),
    )

  return {
    ask: (client, by, purpose, formId) => {
      const time = now()
      const adminNotes = writeRequest({ state: 'open', by, at: time, purpose, decision: undefined })
      return inTransaction(db, async (trx) => {
        const id = await insertClient(trx, { ...client, adminNotes }, { time, suspended: true })
        if (formId !== undefined) await markForm(trx, formId, id, time)
        if (!(await takeSlot(trx, by.id, id, time))) throw new NoSlot()
        return id
      }).catch((error: unknown) => {
        if (error instanceof NoSlot) return undefined
        throw error
      })
    },
    ofPerson: async (userId) => {
      const rows = await rowsOf<ClientRow>(
        db.raw(
          `SELECT * FROM oauth2_clients WHERE ${requestStates.map(() => 'admin_notes LIKE ?').join(' OR ')}
            ORDER BY admin_notes LIKE ? DESC, mkdate DESC, id DESC LIMIT ?`,
          [
            ...requestStates.map((state) => requestPattern(state, userId)),
            openRequestBinding,
            bounds.requestsOfPage.most,
          ],
        ),
      )
      return rows.flatMap(toFound).map(({ client }) => client)
    },
    open: async () => {
      const [rows, [count]] = await Promise.all([
        rowsOf<ClientRow>(
          db.raw(`SELECT * FROM oauth2_clients WHERE ${isOpenRequestSql} ORDER BY mkdate, id LIMIT ?`, [
            openRequestBinding,
            bounds.requestsOfPage.most,
          ]),
        ),
        rowsOf<{ total: number | string }>(
          db.raw(`SELECT COUNT(*) AS total FROM oauth2_clients WHERE ${isOpenRequestSql}`, [openRequestBinding]),
        ),
      ])
      return { requests: rows.flatMap(toFound).map(({ client }) => client), total: Number(count?.total ?? 0) }
    },
    get: async (id) => (await find(id))?.client,
    approve: async (id, by) => {
      const found = await find(id)
      if (!found) return 'unknown'
      if (found.client.request.state === 'approved') return 'decided'
      return decide(found, 'approved', { by, reason: '' })
    },
    reject: async (id, by, reason) => {
      const found = await find(id)
      if (!found) return 'unknown'
      if (found.client.request.state !== 'open') return 'decided'
      return decide(found, 'rejected', { by, reason })
    },
    withdraw: async (id, by) => {
      const found = await find(id)
      if (!found || found.client.request.by.id !== by.id) return 'unknown'
      const { state } = found.client.request
      if (state === 'withdrawn') return 'decided'
      return state === 'approved' ? decide(found, 'withdrawn', { by, reason: '' }) : remove(found)
    },
  }
}
