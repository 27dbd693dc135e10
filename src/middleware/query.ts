// The bound of a query, for every route: asked before anything splits, decodes or carries it (S-111).
import type { Middleware } from 'koa'
import { bounds } from '../bounds.ts'
import { invalidRequest } from '../oauth/errors.ts'
import { assertFewParameters } from '../oauth/raw-parameters.ts'

/** @throws OAuthError invalid_request */
export const assertShortQuery = (query: string): void => {
  if (query.length > bounds.query.most) throw invalidRequest('The query is too long.')
}

/** @throws OAuthError invalid_request for a query that is too long or has too many parameters */
export const boundedQuery = (): Middleware =>
  function boundedQuery(ctx, next) {
    // Of the text itself: what is no URL at all is for the next to refuse.
    const query = ctx.url.slice(ctx.url.indexOf('?') + 1 || ctx.url.length + 1)
    assertShortQuery(query)
    assertFewParameters(query)
    return next()
  }
