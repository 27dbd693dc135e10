// A form of ours is submitted from a page of ours (S-022). Browsers say so themselves; the token in the form says it again.
import type { Middleware } from 'koa'
import { PageError } from './page-error.ts'

/**
 * Refuses a POST that a browser sent from elsewhere. `Origin: null` is what it sends from a page without referrer; over
 * https it says besides that the page was ours, over plain http no browser names the site.
 */
export const sameOrigin = (baseUrl: string): Middleware => {
  const { origin: ours, protocol } = new URL(baseUrl)
  const unnamedSite = (site: string): boolean => site === 'same-origin' || (site === '' && protocol === 'http:')
  return async function sameOrigin(ctx, next) {
    const site = ctx.get('Sec-Fetch-Site')
    const origin = ctx.get('Origin')
    if (site !== '' && site !== 'same-origin' && site !== 'none') throw new PageError('foreign-form')
    if (origin !== '' && origin !== ours && !(origin === 'null' && unnamedSite(site)))
      throw new PageError('foreign-form')
    await next()
  }
}
