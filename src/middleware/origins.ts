// CORS for the endpoints that browser apps call (D14, S-080, S-081): public clients' registered origins, never with credentials.
import cors from '@koa/cors'
import type { Context, Middleware } from 'koa'
import { loneValue } from '../oauth/parameters.ts'
import type { PublicOrigins } from '../oauth/ports.ts'
import type { RawParameters } from '../oauth/types.ts'

const withOrigin = (allowed: (ctx: Context, origin: string) => Promise<boolean>, methods: string): Middleware =>
  cors({
    origin: async (ctx) => {
      const origin = ctx.get('Origin')
      // An empty answer makes the library send no CORS header.
      return origin !== '' && origin !== 'null' && (await allowed(ctx, origin)) ? origin : ''
    },
    allowMethods: methods,
    allowHeaders: 'Authorization, Content-Type',
    exposeHeaders: 'Retry-After, WWW-Authenticate',
    maxAge: 600,
    credentials: false,
  })

const registeredByAny = async (origins: PublicOrigins, origin: string): Promise<boolean> =>
  [...(await origins()).values()].some((list) => list.includes(origin))

/** Preflights, and documents that are the same for all: any public client's origin. */
export const anyPublicOrigin = (origins: PublicOrigins, methods: string): Middleware =>
  withOrigin((_, origin) => registeredByAny(origins, origin), methods)

/** A form post: only an origin of the public client that it names. */
export const originOfNamedClient = (origins: PublicOrigins): Middleware =>
  withOrigin(async (ctx, origin) => {
    const clientId = loneValue((ctx.state as { form: RawParameters }).form, 'client_id')
    return clientId !== undefined && ((await origins()).get(clientId) ?? []).includes(origin)
  }, 'POST')
