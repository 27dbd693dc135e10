// Documents for everybody: server metadata (RFC 8414 §3) and the key set (RFC 7517 §5).
import type { Middleware } from 'koa'
import type { KeyRing } from '../crypto/key-ring.ts'
import { resourceMetadata } from '../gateway/metadata.ts'
import { serverMetadata } from '../oauth/metadata.ts'
import type { OfferedScopes } from '../oauth/ports.ts'
import { openid } from '../oauth/scopes/openid.ts'
import { openidMetadata } from '../openid/metadata.ts'

/** Seconds that a client may keep them; short, because keys change without a restart (D13). */
const maxAge = 60

export const metadata = (
  server: Omit<Parameters<typeof serverMetadata>[0], 'scopes'> & { readonly offeredScopes: OfferedScopes },
): Middleware =>
  async function metadata(ctx) {
    ctx.set('Cache-Control', `public, max-age=${maxAge}`)
    const scopes = await server.offeredScopes()
    ctx.body = {
      ...serverMetadata({ ...server, scopes }),
      ...(scopes.includes(openid.name) && openidMetadata(server.issuer)),
    }
  }

/** Also where `api.read` is not offered: the tokens with `api` come from here, too. */
export const protectedResource = (resource: {
  readonly settings: { readonly baseUrl: string }
  readonly issuer: string
  readonly offeredScopes: OfferedScopes
}): Middleware =>
  async function protectedResource(ctx) {
    ctx.set('Cache-Control', `public, max-age=${maxAge}`)
    const { settings, issuer, offeredScopes } = resource
    ctx.body = resourceMetadata({ baseUrl: settings.baseUrl, issuer, scopes: await offeredScopes() })
  }

export const jwks = ({ keys }: { keys: KeyRing }): Middleware =>
  async function jwks(ctx) {
    const { jwk, signIn } = await keys.current()
    ctx.set('Cache-Control', `public, max-age=${maxAge}`)
    // application/jwk-set+json (RFC 7517 §8.5.1) would be right too, but some libraries read nothing else.
    ctx.type = 'application/json'
    ctx.body = JSON.stringify({ keys: signIn ? [jwk, signIn.jwk] : [jwk] })
  }
