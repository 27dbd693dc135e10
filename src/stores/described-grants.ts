// A live grant with what people know it by: its client, and since when it is connected.
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { rowsOf, scopesOf } from './rows.ts'

export interface LiveGrant {
  /** 32 hex characters (D2). */
  readonly grantId: string
  readonly userId: string
  readonly clientId: string
  /** As stored. */
  readonly scopes: string | null
  /** Unix seconds of the last issue or refresh. */
  readonly lastUsedAt: number
}

export interface ConnectedApplication extends Omit<LiveGrant, 'scopes'> {
  readonly clientName: string
  readonly description: string
  readonly owner: string
  readonly homepage: string
  readonly scopes: readonly string[]
  /** Unix seconds of the consent, as far back as rows remain. */
  readonly connectedAt: number
}

interface ClientRow {
  id: string
  name: string
  description: string | null
  owner: string | null
  homepage: string | null
}
interface Beginning {
  grant_id: string
  begun_at: number | null
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]

const clientsOf = async (db: Knex, grants: readonly LiveGrant[]): Promise<ReadonlyMap<string, ClientRow>> => {
  const rows = await rowsOf<ClientRow>(
    db.raw('SELECT id, name, description, owner, homepage FROM oauth2_clients WHERE id IN (?)', [
      unique(grants.map(({ clientId }) => clientId)),
    ]),
  )
  return new Map(rows.map((row) => [row.id, row]))
}

// The prefixes are constants of the statement, because only then does LIKE walk the index.
const earliest = async (
  db: Knex,
  table: 'oauth2_auth_codes' | 'oauth2_access_tokens',
  grantIds: readonly string[],
): Promise<readonly Beginning[]> => {
  if (grantIds.length === 0) return []
  const one =
    'SELECT ? AS grant_id, MIN(some.mkdate) AS begun_at FROM (SELECT mkdate FROM ?? WHERE id LIKE ? LIMIT ?) some'
  return rowsOf<Beginning>(
    db.raw(
      grantIds.map(() => one).join(' UNION ALL '),
      grantIds.flatMap((id) => [id, table, `${id}%`, bounds.rowsOfStatement.most]),
    ),
  )
}

/** A used code tells, and stays as long as its grant; where it is gone, the access tokens that are left tell what they can. */
const beginnings = async (db: Knex, grants: readonly LiveGrant[]): Promise<ReadonlyMap<string, number>> => {
  const dates = new Map<string, number>()
  const note = (rows: readonly Beginning[]) => {
    for (const { grant_id: id, begun_at: at } of rows) if (at !== null) dates.set(id, at)
  }
  const ids = unique(grants.map(({ grantId }) => grantId))
  note(await earliest(db, 'oauth2_auth_codes', ids))
  note(
    await earliest(
      db,
      'oauth2_access_tokens',
      ids.filter((id) => !dates.has(id)),
    ),
  )
  return dates
}

const describeSome = async (db: Knex, grants: readonly LiveGrant[]): Promise<readonly ConnectedApplication[]> => {
  const [clients, begun] = await Promise.all([clientsOf(db, grants), beginnings(db, grants)])
  return grants.flatMap(({ scopes, ...grant }) => {
    const client = clients.get(grant.clientId)
    if (!client) return []
    return {
      ...grant,
      clientName: client.name,
      description: client.description ?? '',
      owner: client.owner ?? '',
      homepage: client.homepage ?? '',
      scopes: scopesOf(scopes),
      connectedAt: begun.get(grant.grantId) ?? grant.lastUsedAt,
    }
  })
}

/** Leaves out those whose client is gone. */
export const describeGrants = async (
  db: Knex,
  grants: readonly LiveGrant[],
): Promise<readonly ConnectedApplication[]> => {
  const described: ConnectedApplication[] = []
  for (let at = 0; at < grants.length; at += bounds.grantsOfPage.most)
    described.push(...(await describeSome(db, grants.slice(at, at + bounds.grantsOfPage.most))))
  return described
}
