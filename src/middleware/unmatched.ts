// What no route answered: 405 with Allow where the path exists, else 404.
import type { Middleware } from 'koa'
import { PageError } from './page-error.ts'

interface Matched {
  readonly matched?: readonly { readonly methods: readonly string[] }[]
}

export const unmatched = (): Middleware =>
  function unmatched(ctx) {
    const methods = new Set(((ctx as Matched).matched ?? []).flatMap((layer) => layer.methods))
    if (methods.size === 0) throw new PageError('not-found')
    const allowed = [...methods].join(', ')
    ctx.set('Allow', allowed)
    throw new PageError('method-not-allowed', { hint: `Use ${allowed}` })
  }
