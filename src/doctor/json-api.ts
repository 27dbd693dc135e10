// Does Stud.IP's JSON:API take a token of ours? Tried for real, with a client and a token that live for this one request.
import { randomHex } from '../crypto/random.ts'
import { createLog } from '../log.ts'
import { rowsOf } from '../stores/rows.ts'
import { wire } from '../wire.ts'
import type { Deps } from '../wire/deps.ts'
import { ask } from './ask.ts'
import { codeOf, fault, note, ok, warning, type Check, type Finding, type Patient } from './check.ts'

/** Seconds. */
const lifetime = 60

/** Somebody whom Stud.IP knows, with as few rights as there are. */
const anybody = async ({ db }: Patient): Promise<string | undefined> => {
  for (const perms of ['user', 'autor', 'tutor', 'dozent', 'admin', 'root']) {
    const [row] = await rowsOf<{ user_id: string }>(
      db.raw('SELECT user_id FROM auth_user_md5 WHERE perms = ? AND locked = 0 LIMIT 1', [perms]),
    )
    if (row) return row.user_id
  }
  return undefined
}

const statusWithToken = async (url: string, userId: string, { db, now }: Patient, deps: Deps): Promise<number> => {
  const [id, at] = [randomHex(40), now()]
  const client = { name: 'oauth2:doctor', redirectUris: ['https://localhost/oauth2-doctor'], owner: 'oauth2:doctor' }
  const clientId = await deps.administration.add({
    ...client,
    description: '',
    homepage: '',
    adminNotes: '',
    secretHash: null,
  })
  const token = { id, clientId, userId, scopes: ['api'], issuedAt: at, expiresAt: at + lifetime }
  try {
    await db('oauth2_access_tokens').insert({
      id,
      user_id: userId,
      client_id: clientId,
      scopes: '["api"]',
      revoked: 0,
      expires_at: token.expiresAt,
      mkdate: at,
      chdate: at,
    })
    const bearer = await deps.credentials.sealAccessToken(token)
    return (await ask(url, { headers: { Authorization: `Bearer ${bearer}` } })).status
  } finally {
    await db('oauth2_access_tokens').where({ id }).delete()
    await db('oauth2_clients').where({ id: clientId }).delete()
  }
}

const judge = (url: string, status: number, { t }: Patient): readonly Finding[] => {
  if (status === 200) return ok(t('doctor.json-api.ok'))
  if (status === 401) return [fault(t('doctor.json-api.refused', { url }))]
  if (status === 404) return [warning(t('doctor.json-api.missing', { url }))]
  return [fault(t('doctor.json-api.failed', { url, status }))]
}

export const jsonApiCheck: Check = {
  name: 'check.json-api',
  needs: ['check.database', 'check.tables', 'check.rights', 'check.keys'],
  settings: ['BASE_URL', 'DATABASE_URL', 'KEYS_PATH', 'STUDIP_VERSION', 'SESSION_STORE'],
  run: async (patient) => {
    const { settings, t } = patient
    const url = `${settings.baseUrl}jsonapi.php/v1/users/me`
    const userId = await anybody(patient)
    if (userId === undefined) return [note(t('doctor.json-api.nobody'))]
    const deps = await wire(settings, { log: createLog('silent') })
    try {
      return judge(url, await statusWithToken(url, userId, patient, deps), patient)
    } catch (error) {
      return [warning(t('doctor.json-api.unreachable', { url, code: codeOf(error) }))]
    } finally {
      await deps.close()
    }
  },
}
