// All rows of oauth2_auth_codes of a user, some at a time along the key on user_id: used codes tell since when a grant is there,
// and some of them are no codes but approvals (D25).
import type { Knex } from 'knex'
import { bounds } from '../bounds.ts'
import { isApprovalSql } from './forget-approvals.ts'
import { rowsOf } from './rows.ts'

export interface CodeOfUser {
  readonly id: string
  readonly clientId: string
  readonly scopes: string | null
  /** Unix seconds. */
  readonly expiresAt: number
  readonly madeAt: number
  readonly changedAt: number
  readonly isApproval: boolean
}

interface Row {
  id: string
  client_id: string
  scopes: string | null
  expires_at: number | null
  mkdate: number
  chdate: number
  approval: number
}

const sql = `SELECT id, client_id, scopes, expires_at, mkdate, chdate, (${isApprovalSql}) AS approval
  FROM oauth2_auth_codes IGNORE INDEX (PRIMARY) WHERE user_id = ? AND id > ? ORDER BY id LIMIT ?`

/** As many as are read for one page. @throws the database's error */
export const codesOfUser = async (db: Knex, userId: string): Promise<readonly CodeOfUser[]> => {
  const found: Row[] = []
  for (let after: string | undefined = ''; after !== undefined && found.length < bounds.rowsOfPage.most;) {
    const rows: readonly Row[] = await rowsOf<Row>(db.raw(sql, [userId, after, bounds.rowsOfStatement.most]))
    found.push(...rows)
    after = rows.length < bounds.rowsOfStatement.most ? undefined : rows.at(-1)?.id
  }
  return found.map((row) => ({
    id: row.id,
    clientId: row.client_id,
    scopes: row.scopes,
    expiresAt: row.expires_at ?? 0,
    madeAt: row.mkdate,
    changedAt: row.chdate,
    isApproval: Number(row.approval) === 1,
  }))
}
