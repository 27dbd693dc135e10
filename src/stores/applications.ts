// What a user connected, by application: its connections, and whether the next sign-in passes without the page (D25).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { grantOf } from '../oauth/grant-id.ts'
import type { Now } from '../oauth/ports.ts'
import { createOneAtATime } from '../one-at-a-time.ts'
import type { Client } from '../oauth/types.ts'
import type { ClientRow } from './client-rows.ts'
import { toClient } from './clients.ts'
import { connectionsOf, type Connection } from './connections.ts'
import { namesIn, rowsOf } from './rows.ts'
import { codesOfUser, type CodeOfUser } from './user-codes.ts'

export type { Connection }

export interface Application {
  readonly clientId: string
  readonly name: string
  readonly description: string
  readonly owner: string
  readonly homepage: string
  /** Names of what any of its connections may do, or it may have without being asked for. */
  readonly scopes: readonly string[]
  /** Last used first; none where the application is only remembered. */
  readonly connections: readonly Connection[]
  /** Unix seconds, as far back as rows remain. */
  readonly connectedAt: number
  readonly lastUsedAt: number
  /** Unix seconds until which the page stays away; undefined where Stud.IP asks every time. */
  readonly rememberedUntil: number | undefined
}

export interface Applications {
  /** Last used first. `next`: from where to go on, for a user with more rows than a page reads. */
  ofUser(
    userId: string,
    from?: string,
  ): Promise<{ readonly applications: readonly Application[]; readonly next: string | undefined }>
}

interface Deps {
  readonly db: Knex
  readonly now: Now
  /** The id of the row that remembers; undefined where nothing is remembered. */
  readonly idOf: ((userId: string, client: Client) => Promise<string>) | undefined
}

const clientsWith = async (db: Knex, ids: readonly string[]): Promise<ReadonlyMap<string, ClientRow>> => {
  const found = new Map<string, ClientRow>()
  for (let at = 0; at < ids.length; at += bounds.rowsOfStatement.most) {
    const some = ids.slice(at, at + bounds.rowsOfStatement.most)
    for (const row of await rowsOf<ClientRow>(db.raw('SELECT * FROM oauth2_clients WHERE id IN (?)', [some])))
      found.set(row.id, row)
  }
  return found
}

const describe = (
  client: ClientRow,
  connections: readonly Connection[],
  approval: CodeOfUser | undefined,
): Application | undefined => {
  if (connections.length === 0 && !approval) return undefined
  const approved = approval ? namesIn(approval.scopes) : []
  return {
    clientId: client.id,
    name: client.name,
    description: client.description ?? '',
    owner: client.owner ?? '',
    homepage: client.homepage ?? '',
    scopes: [...new Set([...new Set(connections.map(({ scopes }) => scopes)), approved].flat())],
    connections: connections.toSorted((a, b) => b.lastUsedAt - a.lastUsedAt || (a.grantId < b.grantId ? -1 : 1)),
    connectedAt: Math.min(...connections.map(({ connectedAt }) => connectedAt), approval?.madeAt ?? Infinity),
    lastUsedAt: Math.max(...connections.map(({ lastUsedAt }) => lastUsedAt), approval?.changedAt ?? 0),
    rememberedUntil: approval?.expiresAt,
  }
}

const grouped = (connections: readonly Connection[]): ReadonlyMap<string, readonly Connection[]> => {
  const groups = new Map<string, Connection[]>()
  for (const each of connections) {
    const group = groups.get(each.clientId)
    if (group) group.push(each)
    else groups.set(each.clientId, [each])
  }
  return groups
}

/**
 * Connections and codes of one stretch of ids: a code begins with the id of its grant, and an approval has its place among them
 * as well. So the stretch ends where the first of the two tables was left off, and nothing falls between two pages.
 */
const rowsOfUser = async (db: Knex, userId: string, { from, now }: { readonly from: string; readonly now: number }) => {
  const [{ connections, next: nextToken }, { codes, next: nextCode }] = await Promise.all([
    connectionsOf(db, userId, { from, now }),
    codesOfUser(db, userId, from),
  ])
  // Not in the middle of a grant, which is shown already.
  const afterCode = nextCode && `${grantOf(nextCode)}${'f'.repeat(48)}`
  const next = [nextToken, afterCode].filter((id) => id !== undefined).sort()[0]
  if (next === undefined) return { connections, codes, next }
  const end = grantOf(next)
  return {
    connections: connections.filter(({ tokenId }) => grantOf(tokenId) <= end),
    codes: codes.filter(({ id }) => grantOf(id) <= end),
    next,
  }
}

const byLastUse = (a: Application, b: Application): number =>
  b.lastUsedAt - a.lastUsedAt || (BigInt(a.clientId) < BigInt(b.clientId) ? -1 : 1)

export const createApplications = ({ db, now, idOf }: Deps): Applications => {
  // An approval counts for the client as it is now; of one that changed only the row is left.
  const holds = async (userId: string, { id, clientId }: CodeOfUser, clients: ReadonlyMap<string, ClientRow>) => {
    const client = clients.get(clientId)
    return idOf !== undefined && client?.revoked === 0 && (await idOf(userId, toClient(client))) === id
  }
  const oneAtATime = createOneAtATime<Awaited<ReturnType<Applications['ofUser']>>>()
  const look = async (userId: string, from: string): ReturnType<Applications['ofUser']> => {
    const { connections, codes, next } = await rowsOfUser(db, userId, { from, now: now() })
    const begun = new Map(codes.map(({ id, madeAt }) => [grantOf(id), madeAt]))
    const approvals = codes.filter((each) => each.isApproval && each.expiresAt > now())
    const ids = [...new Set([...connections, ...approvals].map(({ clientId }) => clientId))]
    const clients = await clientsWith(db, ids)
    const holding = await Promise.all(approvals.map((approval) => holds(userId, approval, clients)))
    const held = new Map(approvals.filter((_, at) => holding[at]).map((each) => [each.clientId, each]))
    const dated = connections.map((each) => {
      const connectedAt = begun.get(each.grantId) ?? Infinity
      return connectedAt < each.connectedAt ? { ...each, connectedAt } : each
    })
    const byClient = grouped(dated)
    const applications = [...clients.values()].flatMap(
      (client) => describe(client, byClient.get(client.id) ?? [], held.get(client.id)) ?? [],
    )
    return { applications: applications.sort(byLastUse), next }
  }
  return { ofUser: (userId, from = '') => oneAtATime(`${userId} ${from}`, () => look(userId, from)) }
}
