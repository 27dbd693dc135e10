// Stand-in for JSON:API `users/me` behind a bearer token, checked exactly as Stud.IP checks it (contract §8.1), from the contract alone.
import { createPublicKey, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from 'koa'
import type { Knex } from 'knex'
import type { StandIn } from './stand-in.ts'
import type { UserRow } from './users.ts'

interface Claims {
  readonly aud: string | readonly string[]
  readonly jti: string
  readonly iat: number
  readonly nbf: number
  readonly exp: number
  readonly sub: string
}

/** GET jsonapi.php/v1/users/me: 200 with the user, or 401 without a body. Locked accounts pass, as in Stud.IP. */
export async function usersMe({ db, keysPath }: StandIn, ctx: Context): Promise<void> {
  const user = await userOfHeader(db, keysPath, ctx.get('authorization'))
  if (!user) {
    ctx.status = 401
    ctx.set('WWW-Authenticate', 'Basic realm="Stud.IP JSON-API"')
    ctx.body = ''
    return
  }
  ctx.type = 'application/vnd.api+json'
  const name = [user.Vorname, user.Nachname].filter(Boolean).join(' ')
  ctx.body = JSON.stringify({
    data: {
      type: 'users',
      id: user.user_id,
      attributes: { username: user.username, 'formatted-name': name, permission: user.perms },
    },
  })
}

/** Whom Stud.IP takes an Authorization header for, if it believes a token in it (contract §18.1). */
export async function userOfHeader(db: Knex, keysPath: string, header: string): Promise<UserRow | undefined> {
  const at = header.lastIndexOf('Bearer ')
  return at < 0 ? undefined : bearerUser(db, keysPath, header.slice(at + 7).split(',')[0] ?? '')
}

async function bearerUser(db: Knex, keysPath: string, token: string): Promise<UserRow | undefined> {
  const claims = checkedClaims(token, await readFile(join(keysPath, 'public.key'), 'utf8'), Date.now() / 1000)
  if (!claims) return undefined
  const row = (await db('oauth2_access_tokens').where({ id: claims.jti, revoked: 0 }).first('id')) as
    { id: string } | undefined
  const user = await db<UserRow>('auth_user_md5').where({ user_id: claims.sub }).first()
  const client = (await db('oauth2_clients')
    .where({ id: [claims.aud].flat()[0] ?? '', revoked: 0 })
    .first('id')) as object | undefined
  return row && client ? user : undefined
}

/** Signature and times, without leeway, `now` in seconds with fractions. */
function checkedClaims(token: string, publicKey: string, now: number): Claims | undefined {
  const [header, payload, signature, ...rest] = token.split('.')
  if (!header || !payload || !signature || rest.length > 0) return undefined
  try {
    if ((JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg?: string }).alg !== 'RS256') return undefined
    if (
      !verify(
        'RSA-SHA256',
        Buffer.from(`${header}.${payload}`),
        createPublicKey(publicKey),
        Buffer.from(signature, 'base64url'),
      )
    )
      return undefined
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
    return claims.iat <= now && claims.nbf <= now && now < claims.exp ? claims : undefined
  } catch {
    return undefined
  }
}
