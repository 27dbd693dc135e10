// oidc-provider with access tokens as JWT (RS256) or opaque, and rotation, its tokens in memory or in one MariaDB table.
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import Provider from 'oidc-provider'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { RowDataPacket } from 'mysql2'
import { clientId, databasePool, serve, settings, userId } from './peer.ts'

const resource = 'https://studip.example.org/jsonapi.php'
const pool = settings.store === 'mariadb' ? databasePool() : undefined
await pool?.execute(`CREATE TABLE IF NOT EXISTS oidc_models (
  model varchar(40), id varchar(100), grant_id varchar(100), payload mediumtext, consumed int, expires_at int, PRIMARY KEY (model, id), KEY (grant_id))`)

/** The smallest adapter that is right: a row per thing, found by its primary key. */
const tableAdapter = (model: string): Adapter => ({
  upsert: async (id, payload, expiresIn) => {
    await pool?.execute(
      'INSERT INTO oidc_models (model, id, grant_id, payload, expires_at) VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE payload = VALUES(payload), expires_at = VALUES(expires_at)',
      [model, id, payload.grantId ?? null, JSON.stringify(payload), Math.floor(Date.now() / 1000) + (expiresIn ?? 0)],
    )
  },
  find: async (id) => {
    const [rows] = await pool!.execute<RowDataPacket[]>(
      'SELECT payload, consumed FROM oidc_models WHERE model = ? AND id = ?',
      [model, id],
    )
    const row = rows[0] as { payload: string; consumed: number | null } | undefined
    return row && { ...(JSON.parse(row.payload) as AdapterPayload), ...(row.consumed && { consumed: row.consumed }) }
  },
  consume: async (id) => {
    await pool?.execute('UPDATE oidc_models SET consumed = ? WHERE model = ? AND id = ?', [
      Math.floor(Date.now() / 1000),
      model,
      id,
    ])
  },
  destroy: async (id) => {
    await pool?.execute('DELETE FROM oidc_models WHERE model = ? AND id = ?', [model, id])
  },
  revokeByGrantId: async (grantId) => {
    await pool?.execute('DELETE FROM oidc_models WHERE grant_id = ?', [grantId])
  },
  findByUid: () => Promise.resolve(undefined),
  findByUserCode: () => Promise.resolve(undefined),
})

const jwk = createPrivateKey(readFileSync(`${settings.keysPath}/private.key`)).export({ format: 'jwk' })
const provider = new Provider('http://127.0.0.1', {
  ...(pool && { adapter: tableAdapter }),
  jwks: { keys: [{ ...jwk, use: 'sig', alg: 'RS256' }] },
  clients: [
    {
      client_id: clientId,
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['org.example.app:/oauth'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  ],
  scopes: ['openid', 'offline_access', 'api'],
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, RefreshToken: 2_592_000, Grant: 2_592_000 },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'api',
        accessTokenFormat: settings.format,
        accessTokenTTL: 3600,
        ...(settings.format === 'jwt' && { jwt: { sign: { alg: 'RS256' } } }),
      }),
    },
  },
})

const listener = provider.callback()
await serve(
  (request, response) => {
    void listener(request, response)
  },
  async () => {
    const client = await provider.Client.find(clientId)
    const grant = new provider.Grant({ accountId: userId, clientId })
    grant.addOIDCScope('offline_access')
    grant.addResourceScope(resource, 'api')
    const grantId = await grant.save()
    return new provider.RefreshToken({
      accountId: userId,
      client: client!,
      grantId,
      gty: 'authorization_code',
      scope: 'offline_access api',
      resource,
      rotations: 0,
    }).save()
  },
)
