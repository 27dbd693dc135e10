// What nginx asks about a request to Stud.IP's JSON:API (nginx/api-read.conf). No path that is public leads here (S-125).
import type { Context, Middleware } from 'koa'
import { PageError } from '../middleware/page-error.ts'
import { refusalOf, refuse } from '../middleware/refusal.ts'
import { isDecision, type AskedRequest } from '../gateway/decision.ts'
import { gatewayPath } from './paths.ts'
import { challengeOf, jsonApiErrors } from '../gateway/refusal.ts'

// To this very path and with headers that it takes from every other request: nginx alone asks so, whatever spelling it lets through.
const askedByNginx = (ctx: Context): AskedRequest => {
  const [method, path] = [ctx.get('X-Api-Method'), ctx.get('X-Api-Path')]
  if (ctx.originalUrl !== gatewayPath || method === '' || path === '') throw new PageError('not-found')
  return { authorization: ctx.get('Authorization') || undefined, method, path }
}

/** 204 with the header that is to be sent on; 401 or 403 with the challenge and the body for the client. `metadata` is the resource's document. */
export const gateway = (decide: (request: AskedRequest) => Promise<string>, metadata: string): Middleware =>
  async function gateway(ctx) {
    const asked = askedByNginx(ctx)
    try {
      ctx.set('X-Api-Authorization', `Bearer ${await decide(asked)}`)
      ctx.status = 204
    } catch (error) {
      if (!isDecision(error)) throw error
      refuse(ctx, refusalOf(error))
      ctx.status = error.status
      ctx.set('WWW-Authenticate', challengeOf(error, metadata))
      ctx.set('X-Api-Errors', jsonApiErrors(error))
      ctx.type = 'json' // as the client gets it
      ctx.body = ''
    }
  }
