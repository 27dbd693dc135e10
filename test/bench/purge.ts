// oauth2:purge on big tables beside a service that goes on refreshing.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Knex } from 'knex'
import { repository } from './contenders.ts'
import type { Contender } from './contenders.ts'
import type { Environment } from './environment.ts'
import { refreshes } from './measure.ts'
import { environmentOfOurs, startOurs } from './ours.ts'
import { atMost, format, reported } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { settle } from './settle.ts'
import { median } from './statistics.ts'

/** 40 refreshes a second in all. */
const visitors = { connections: 8, pauseMilliseconds: 200 }
/** Seconds after which the purge is told to stop, however many rows are left. */
const patience = 90

const now = () => Math.floor(Date.now() / 1000)

/** Half access, half refresh tokens, four in five of them long over; ids in the shape of ours, spread over the key. */
const seed = async (db: Knex, rows: number): Promise<void> => {
  const slice = 500_000
  await db.raw('SET SESSION max_statement_time = 0').catch(() => undefined)
  for (let from = 1; from <= rows / 2; from += slice) {
    const to = Math.min(from + slice - 1, Math.floor(rows / 2))
    const id = "CONCAT(LPAD(HEX(s.seq * 17), 32, '0'), LPAD(LOWER(HEX(s.seq)), 48, 'f'))"
    const expires = `IF(s.seq % 5, ${now() - 30 * 86_400}, ${now() + 20 * 86_400})`
    await db.raw(`INSERT INTO oauth2_access_tokens (id, user_id, client_id, scopes, revoked, expires_at, mkdate, chdate)
      SELECT ${id}, MD5(s.seq % 20000), 1, '["api"]', s.seq % 2, ${expires}, 1, 1 FROM seq_${from}_to_${to} s`)
    await db.raw(
      `INSERT INTO oauth2_refresh_tokens (id, access_token_id, revoked, expires_at) SELECT ${id}, ${id}, s.seq % 2, ${expires} FROM seq_${from}_to_${to} s`,
    )
  }
  await db.raw('ANALYZE TABLE oauth2_access_tokens, oauth2_refresh_tokens')
  await settle(db)
}

interface Purged {
  readonly accessTokens: number
  readonly refreshTokens: number
  readonly longestTransactionMs: number
}

/** As an operator runs it, with the pace that it has by itself. */
const startPurge = async (environment: Environment): Promise<{ ended: Promise<Purged>; stop(): void }> => {
  const child = spawn('node', ['bin/studip', 'oauth2:purge', '--json'], {
    cwd: repository,
    env: { ...process.env, ...environmentOfOurs(environment, 0, await environment.keys('rsa4096')), LISTEN: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return {
    ended: text(child.stdout).then((said) => JSON.parse(said) as Purged),
    stop: () => child.kill('SIGTERM'),
  }
}

/** 99th percentiles, round after round, while `goesOn`. */
const rounds = async (ours: Contender, seconds: number, goesOn: (round: number) => boolean): Promise<number[]> => {
  const found: number[] = []
  while (goesOn(found.length))
    found.push((await refreshes(ours, seconds, { ...visitors, warmUpSeconds: 0 })).latency.p99)
  return found
}

export const purge = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  await seed(environment.database.knex, scale.rows)
  const ours = await startOurs(environment, 'rsa4096', { count: 1_000 })
  const seconds = scale.seconds * 4
  try {
    await refreshes(ours, seconds, visitors)
    const before = await rounds(ours, seconds, (round) => round < scale.rounds)
    const began = performance.now()
    const running = await startPurge(environment)
    const stopping = setTimeout(running.stop, patience * 1000)
    let over = false
    const ended = running.ended.finally(() => {
      over = true
      clearTimeout(stopping)
    })
    const during = await rounds(ours, seconds, (round) => round === 0 || !over)
    const purged = await ended
    const deleted = purged.accessTokens + purged.refreshTokens
    return {
      data: { before, during, purged },
      lines: [
        atMost(
          `p99 of 40 refreshes a second while \`oauth2:purge\` works on ${format(scale.rows)} rows (${format(median(during))} ms), over their p99 before (${format(median(before))} ms)`,
          2,
          median(during) / median(before),
          ' ×',
        ),
        reported(
          `Rows deleted meanwhile, in ${patience} s at most; longest transaction`,
          `${format(deleted)} in ${format((performance.now() - began) / 1000)} s; ${format(purged.longestTransactionMs)} ms`,
        ),
      ],
    }
  } finally {
    await ours.stop()
  }
}
