// On demand: oauth2:purge on big tables beside a service that goes on refreshing. ROWS=5000000 npx tsx test/bench/purge.ts
// Prints one JSON object: purge rate, longest transaction, latencies of refreshes before and during the purge.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { createCredentials } from '../../src/crypto/formats/of.ts'
import { createKeyRing } from '../../src/crypto/key-ring.ts'
import { users } from '../fixtures/users.ts'
import { json } from '../cli/studip.ts'
import { startService, type RunningService } from '../server/service.ts'
import { startMariaDb, testDatabase } from '../support/mariadb.ts'
import { percentiles } from './statistics.ts'

const {
  values: { rows, seconds, batch, pause },
} = parseArgs({
  options: {
    rows: { type: 'string', default: process.env['ROWS'] ?? '200000' },
    seconds: { type: 'string', default: '20' },
    batch: { type: 'string', default: '1000' },
    pause: { type: 'string', default: '20' },
  },
})
const total = Number(rows)
const now = () => Math.floor(Date.now() / 1000)
const visitors = 8
/** Milliseconds between two refreshes of one visitor: 40 a second in all. */
const rest = 200

/** Half access, half refresh tokens, four in five of them long over; ids in the shape of ours, spread over the key. */
const seed = async (db: Knex): Promise<void> => {
  const slice = 500_000
  await db.raw('SET SESSION max_statement_time = 0').catch(() => undefined)
  for (let from = 1; from <= total / 2; from += slice) {
    const to = Math.min(from + slice - 1, Math.floor(total / 2))
    const id = "CONCAT(LPAD(HEX(s.seq * 17), 32, '0'), LPAD(LOWER(HEX(s.seq)), 48, 'f'))"
    const expires = `IF(s.seq % 5, ${now() - 30 * 86_400}, ${now() + 20 * 86_400})`
    await db.raw(`INSERT INTO oauth2_access_tokens (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate)
      SELECT ${id}, MD5(s.seq % 20000), 1, '["api"]', s.seq % 2, ${expires}, 1, 1 FROM seq_${from}_to_${to} s`)
    await db.raw(
      `INSERT INTO oauth2_refresh_tokens (id, access_token_id, revoked, expires_at) SELECT ${id}, ${id}, s.seq % 2, ${expires} FROM seq_${from}_to_${to} s`,
    )
    process.stderr.write(`seeded ${to * 2} rows\n`)
  }
  await db.raw('ANALYZE TABLE oauth2_access_tokens, oauth2_refresh_tokens')
  await settle(db)
}

/** Waits until what was seeded is on the disk; otherwise the measure before the purge would be of writing it there. */
const settle = async (db: Knex): Promise<void> => {
  await db.raw('SET GLOBAL innodb_max_dirty_pages_pct = 0')
  for (let dirty = Infinity, tries = 0; dirty > 100 && tries < 120; tries++) {
    await sleep(1000)
    const [[row]] = (await db.raw("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")) as [[{ Value: string }]]
    dirty = Number(row.Value)
  }
  await db.raw('SET GLOBAL innodb_max_dirty_pages_pct = 90')
}

/** Refresh tokens of a public client, as the service itself would have issued them. */
const connect = async (db: Knex, keysPath: string): Promise<{ clientId: string; tokens: string[] }> => {
  const [clientId] = (await db('oauth2_clients').insert({
    name: 'Bench',
    redirect: 'https://bench.example.org/cb',
    mkdate: now(),
    chdate: now(),
  })) as [number]
  const credentials = createCredentials({ keys: createKeyRing({ dir: keysPath, now }), now })
  const tokens = await Promise.all(
    Array.from({ length: visitors }, async () => {
      const id = randomBytes(40).toString('hex')
      const expiresAt = now() + 86_400
      await db('oauth2_access_tokens').insert({
        id,
        user_id: users.autor.user_id,
        client_id: clientId,
        scopes: '["api"]',
        revoked: 0,
        expires_at: now() + 3600,
        mkdate: now(),
        chdate: now(),
      })
      await db('oauth2_refresh_tokens').insert({ id, access_token_id: id, revoked: 0, expires_at: expiresAt })
      return credentials.sealRefreshToken({
        id,
        accessTokenId: id,
        clientId: String(clientId),
        userId: users.autor.user_id,
        scopes: ['api'],
        expiresAt,
      })
    }),
  )
  return { clientId: String(clientId), tokens }
}

interface Load {
  readonly latencies: number[]
  failures: number
  stopped: boolean
}

/** Each visitor refreshes the token it got last; a refusal counts as a failure. */
const visit = async (
  service: RunningService,
  clientId: string,
  tokens: string[],
  visitor: number,
  load: Load,
): Promise<void> => {
  await sleep((visitor * rest) / visitors)
  while (!load.stopped) {
    const started = performance.now()
    const answer = await fetch(`${service.api}/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: clientId, refresh_token: tokens[visitor]! }),
    })
    const body = (await answer.json()) as { refresh_token?: string }
    load.latencies.push(performance.now() - started)
    if (body.refresh_token) tokens[visitor] = body.refresh_token
    else load.failures++
    await sleep(Math.max(0, rest - (performance.now() - started)))
  }
}

const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10
const summary = ({ latencies, failures }: Load) => {
  const { p50, p99, max } = percentiles(latencies)
  return { refreshes: latencies.length, failures, p50: rounded(p50), p99: rounded(p99), max: rounded(max) }
}

const under = async <T>(service: RunningService, clientId: string, tokens: string[], work: () => Promise<T>) => {
  const load: Load = { latencies: [], failures: 0, stopped: false }
  const running = tokens.map((_, visitor) => visit(service, clientId, tokens, visitor, load))
  const result = await work()
  load.stopped = true
  await Promise.all(running)
  return { result, ...summary(load) }
}

const server = await startMariaDb({
  durable: true,
  options: ['--innodb-buffer-pool-size=1G', '--innodb-log-file-size=512M'],
})
const database = await testDatabase({ server })
await seed(database.knex)
const service = await startService(database, { WORKERS: '2' })
const { clientId, tokens } = await connect(database.knex, service.env['KEYS_PATH']!)
await under(service, clientId, tokens, () => sleep(5_000))
const before = await under(service, clientId, tokens, () => sleep(Number(seconds) * 1000))
const started = performance.now()
const during = await under(service, clientId, tokens, () =>
  json<{ accessTokens: number; refreshTokens: number; longestTransactionMs: number }>(
    ['oauth2:purge', '--batch', batch, '--pause', pause],
    { env: { ...service.env } },
  ),
)
const taken = (performance.now() - started) / 1000
const deleted = during.result.accessTokens + during.result.refreshTokens
process.stdout.write(
  `${JSON.stringify(
    {
      rows: total,
      deleted,
      seconds: Math.round(taken),
      rowsPerSecond: Math.round(deleted / taken),
      longestTransactionMs: during.result.longestTransactionMs,
      before,
      during,
      p99Ratio: Math.round((during.p99 / before.p99) * 100) / 100,
    },
    (key, value: unknown) => (key === 'result' ? undefined : value),
    2,
  )}\n`,
)
await service.process.stop()
await database.drop()
await server.stop()
