// Tokens to try something with: a client, and the rows of tokens, that live as long as the trial.
import { randomHex } from '../crypto/random.ts'
import { rowsOf } from '../stores/rows.ts'
import type { Deps } from '../wire/deps.ts'
import type { Patient } from './check.ts'

/** Seconds. */
const lifetime = 60

/** Somebody whom Stud.IP knows, with as few rights as there are. */
export const anybody = async ({ db }: Pick<Patient, 'db'>): Promise<string | undefined> => {
  for (const perms of ['user', 'autor', 'tutor', 'dozent', 'admin', 'root']) {
    const [row] = await rowsOf<{ user_id: string }>(
      db.raw('SELECT user_id FROM auth_user_md5 WHERE perms = ? AND locked = 0 LIMIT 1', [perms]),
    )
    if (row) return row.user_id
  }
  return undefined
}

/** An access token with these scopes. */
export type IssueToken = (scopes: readonly string[]) => Promise<string>

/** Deletes what it made, whatever becomes of `use`. */
export const withShortLivedTokens = async <T>(
  userId: string,
  { db, now }: Pick<Patient, 'db' | 'now'>,
  { administration, credentials }: Pick<Deps, 'administration' | 'credentials'>,
  use: (issue: IssueToken) => Promise<T>,
): Promise<T> => {
  const clientId = await administration.add({
    name: 'oauth2:doctor',
    redirectUris: ['https://localhost/oauth2-doctor'],
    owner: 'oauth2:doctor',
    description: '',
    homepage: '',
    adminNotes: '',
    secretHash: null,
  })
  const ids: string[] = []
  const issue: IssueToken = async (scopes) => {
    const [id, at] = [randomHex(40), now()]
    const token = { id, clientId, userId, scopes, issuedAt: at, expiresAt: at + lifetime }
    ids.push(id)
    await db('oauth2_access_tokens').insert({
      id,
      user_id: userId,
      client_id: clientId,
      scopes: JSON.stringify(scopes),
      revoked: 0,
      expires_at: token.expiresAt,
      mkdate: at,
      chdate: at,
    })
    return credentials.sealAccessToken(token)
  }
  try {
    return await use(issue)
  } finally {
    await db('oauth2_access_tokens').whereIn('id', ids).delete()
    await db('oauth2_clients').where({ id: clientId }).delete()
  }
}
