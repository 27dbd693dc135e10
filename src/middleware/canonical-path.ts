// One spelling for every path that nginx, which decodes and merges slashes, sends our way (contract §10).
import type { Middleware } from 'koa'
import { PageError } from './page-error.ts'

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new PageError('malformed')
  }
}

const segmentsOf = (path: string): readonly string[] => {
  const segments: string[] = []
  for (const segment of decoded(path).split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return segments.at(-1) === 'index' ? segments.slice(0, -1) : segments
}

/**
 * nginx sends nothing but the origin form; whoever reaches us without it may name a host (RFC 9112 §3.2), even one that no
 * parser takes. Stands before everything that reads the path.
 */
export const originForm = (): Middleware =>
  async function originForm(ctx, next) {
    ctx.url = `/${ctx.url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/^\/+/, '')}`
    await next()
  }

/**
 * Decodes once, merges slashes, drops dot segments, a trailing slash and a trailing /index. The query stays as it is.
 * Expects the origin form.
 * `prefixes`, the longest first and each with a trailing slash, keep the percent-encoding that the operator gave them.
 */
export const canonicalPath = (prefixes: readonly string[]): Middleware => {
  const known = prefixes.map((prefix) => ({ prefix, start: segmentsOf(prefix) }))
  return async function canonicalPath(ctx, next) {
    const segments = segmentsOf(ctx.path)
    const found = known.find(({ start }) => start.every((segment, i) => segment === segments[i]))
    // Encoded again, so that a decoded `?` or `#` stays part of the path.
    ctx.path =
      (found?.prefix ?? '/') +
      segments
        .slice(found?.start.length ?? 0)
        .map(encodeURIComponent)
        .join('/')
    await next()
  }
}
