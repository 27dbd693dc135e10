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

/**
 * Those after the id `from`, as many as are read for one page.
 * @returns `next`, after which to go on; undefined when these were all @throws the database's error
 */
export const codesOfUser = async (
  db: Knex,
  userId: string,
  from: string,
): Promise<{ readonly codes: readonly CodeOfUser[]; readonly next: string | undefined }> => {
  const found: Row[] = []
  let after: string | undefined = from
  while (after !== undefined && found.length < bounds.rowsOfPage.most) {
    const rows: readonly Row[] = await rowsOf<Row>(db.raw(sql, [userId, after, bounds.rowsOfStatement.most]))
    found.push(...rows)
    after = rows.length < bounds.rowsOfStatement.most ? undefined : rows.at(-1)?.id
  }
  const codes = found.map((row) => ({
    id: row.id,
    clientId: row.client_id,
    scopes: row.scopes,
    expiresAt: row.expires_at ?? 0,
    madeAt: row.mkdate,
    changedAt: row.chdate,
    isApproval: Number(row.approval) === 1,
  }))
  return { codes, next: after }
}
