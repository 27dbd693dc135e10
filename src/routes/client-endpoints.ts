// What clients call: token, device_authorization, revoke, introspect. No session, no cookie (S-048).
import type { Context, Middleware } from 'koa'
import { formOf } from '../middleware/form.ts'
import { recipientOf } from '../middleware/recipient.ts'
import { originOf } from '../middleware/request-context.ts'
import type { createDeviceAuthorization } from '../oauth/device/device-authorization.ts'
import type { createIntrospection } from '../oauth/introspection.ts'
import type { createRevocation } from '../oauth/revocation.ts'
import type { ClientRequest, TokenEndpoint } from '../oauth/token-endpoint.ts'

const requestOf = (ctx: Context): ClientRequest => ({
  authorization: ctx.get('Authorization') || undefined,
  form: formOf(ctx),
  origin: originOf(ctx),
  recipient: recipientOf(ctx),
})

/** RFC 6749 §3.2. */
export const token = (endpoint: TokenEndpoint): Middleware =>
  async function token(ctx) {
    ctx.body = await endpoint(requestOf(ctx))
  }

/** RFC 8628 §3.2. */
export const deviceAuthorization = (endpoint: ReturnType<typeof createDeviceAuthorization>): Middleware =>
  async function deviceAuthorization(ctx) {
    ctx.body = await endpoint(requestOf(ctx))
  }

/** RFC 7009 §2: 200 whatever became of the token. Clients ignore the body, but some insist on JSON. */
export const revoke = (revocation: ReturnType<typeof createRevocation>): Middleware =>
  async function revoke(ctx) {
    await revocation(requestOf(ctx))
    ctx.body = {}
  }

/** RFC 7662 §2. */
export const introspect = (introspection: ReturnType<typeof createIntrospection>): Middleware =>
  async function introspect(ctx) {
    ctx.body = await introspection(requestOf(ctx))
  }
