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

/** Decodes once, merges slashes, drops dot segments, a trailing slash and a trailing /index. The query stays as it is. */
export const canonicalPath = (): Middleware => async function canonicalPath(ctx, next) {
  const segments: string[] = []
  for (const segment of decoded(ctx.path).split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  if (segments.at(-1) === 'index') segments.pop()
  // Encoded again, so that a decoded `?` or `#` stays part of the path.
  ctx.path = `/${segments.map(encodeURIComponent).join('/')}`
  await next()
}
