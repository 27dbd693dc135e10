// A form of ours is submitted from a page of ours (S-022). Browsers say so themselves; the token in the form says it again.
import type { Context, Middleware } from 'koa'
import { sentAddress } from '../oauth/sent-address.ts'
import { PageError } from './page-error.ts'

const hostOf = (address: string): string | undefined => sentAddress(address)?.hostname

// Stud.IP may answer at more host names than BASE_URL's: the browser vouches that page and form have the same.
const isOtherNameOfOurs = (ctx: Context, origin: string): boolean => {
  const host = ctx.get('Sec-Fetch-Site') === 'same-origin' ? hostOf(origin) : undefined
  return host !== undefined && host === hostOf(`http://${ctx.get('Host')}`)
}

/**
 * Refuses a POST that a browser sent from elsewhere. `Origin: null` is what it sends from our pages, which have no
 * referrer; older browsers, and all of them over plain http, do not name the site besides (B2). Then the token is the proof.
 */
export const sameOrigin = (baseUrl: string): Middleware => {
  const { origin: ours } = new URL(baseUrl)
  return async function sameOrigin(ctx, next) {
    const site = ctx.get('Sec-Fetch-Site')
    const origin = ctx.get('Origin')
    const fromHere = origin === '' || origin === 'null' || origin === ours || isOtherNameOfOurs(ctx, origin)
    if (!['', 'none', 'same-origin'].includes(site) || !fromHere)
      throw new PageError('foreign-form', { hint: `Sec-Fetch-Site: ${site || 'none sent'}` })
    await next()
  }
}
