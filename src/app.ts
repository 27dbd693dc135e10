// The Koa application: middleware in reading order, no I/O. Everything it needs comes from wire.ts.
import Koa from 'koa'
import { canonicalPath, originForm } from './middleware/canonical-path.ts'
import { crossOrigin } from './middleware/cross-origin.ts'
import { errors } from './middleware/errors.ts'
import { boundedQuery } from './middleware/query.ts'
import { refusalLine } from './middleware/refusal-line.ts'
import { originOf, requestContext } from './middleware/request-context.ts'
import { securityHeaders } from './middleware/security-headers.ts'
import { routes } from './routes/index.ts'
import { isForPrograms, pathPrefixes, readersOf } from './routes/paths.ts'
import type { Deps } from './wire/deps.ts'

export const createApp = (deps: Deps): Koa => {
  const app = new Koa()
  const { endpointAt, internal, middleware } = routes(deps)
  app.use(requestContext(deps))
  app.use(refusalLine({ ...deps, endpointAt }))
  app.use(errors({ ...deps, isForPrograms: isForPrograms(deps) }))
  app.use(originForm())
  app.use(internal)
  app.use(securityHeaders(deps.settings))
  app.use(canonicalPath(pathPrefixes(deps)))
  app.use(crossOrigin({ ...deps, readersOf: readersOf(deps) }))
  app.use(boundedQuery())
  for (const each of middleware) app.use(each)
  app.on('error', (error: unknown, ctx?: Koa.Context) =>
    deps.log.error({ ...(ctx && originOf(ctx)), err: error }, 'answer failed'),
  )
  return app
}
