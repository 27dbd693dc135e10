// Health, readiness and metrics on a listener of their own, which nginx does not know (S-083).
import type { Server } from 'node:http'
import { AggregatorRegistry } from 'prom-client'
import { createServer } from './node-http.ts'
import { isReady } from './readiness.ts'
import type { Workers } from './workers.ts'

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const plain = (status: number, body: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${body}\n`,
})

const answers = (
  { ready, readiness }: Workers,
  registry: AggregatorRegistry<'text/plain; version=0.0.4; charset=utf-8'>,
): Readonly<Record<string, () => Promise<Answer>>> => ({
  '/healthz': () => Promise.resolve(ready().length > 0 ? plain(200, 'ok') : plain(503, 'no worker')),
  '/readyz': async () => {
    const state = (await readiness()) ?? { database: 'no answer', keys: 'no answer' }
    const body = JSON.stringify({ ready: isReady(state), database: state.database ?? 'ok', keys: state.keys ?? 'ok' })
    return { status: isReady(state) ? 200 : 503, type: 'application/json', body }
  },
  '/metrics': async () => ({ status: 200, type: registry.contentType, body: await registry.clusterMetrics() }),
})

/** Listens nowhere yet. */
export const createMonitoring = (workers: Workers): Server => {
  const known = answers(workers, new AggregatorRegistry())
  return createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const answer = request.method === 'GET' || request.method === 'HEAD' ? known[path] : undefined
    void (answer?.() ?? Promise.resolve(plain(404, 'not found')))
      .catch(() => plain(503, 'no answer'))
      .then(({ status, type, body }) => {
        response
          .writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' })
          .end(request.method === 'HEAD' ? undefined : body)
      })
  })
}
