// Does throughput fall when the tables grow? Databases with few rows and with millions, side by side, in turns.
import type { Contender } from './contenders.ts'
import { beside } from './environment.ts'
import type { Environment } from './environment.ts'
import { signaturesOfNode } from './limit.ts'
import { inTurns, refreshes, warmUp } from './measure.ts'
import { startOurs } from './ours.ts'
import { atLeast, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { settle } from './settle.ts'
import { median } from './statistics.ts'

const batch = 100_000

// Ids spread evenly over the whole key space and inserted in its order: fast to make, and new random ids fall between them as in a grown table.
const idOf = (table: string, total: number) =>
  `CONCAT(LPAD(LOWER(HEX(FLOOR(seq * ${(2 ** 52 / total).toFixed(0)}))), 13, '0'), MD5(CONCAT('${table}', seq)), MD5(seq), 'abc')`

/** Fills the three token tables up to `rows` rows each, half of them revoked, as refreshes leave them. */
const fill = async ({ database: { knex } }: Environment, rows: number): Promise<void> => {
  const columns = `user_id, client_id, scopes, revoked, expires_at, mkdate, chdate`
  const values = `MD5(seq % 20000), 2, '["api"]', seq % 2, 1900000000, 1700000000, 1700000000`
  await knex.raw('SET GLOBAL innodb_flush_log_at_trx_commit = 0')
  for (let from = 1; from <= rows; from += batch) {
    const source = `seq_${from}_to_${Math.min(from + batch - 1, rows)}`
    const insert = (table: string, names: string, selected: string) =>
      knex.raw(`INSERT INTO ${table} (${names}) SELECT ${selected} FROM ${source}`)
    await Promise.all([
      ...['oauth2_auth_codes', 'oauth2_access_tokens'].map((table) =>
        insert(table, `id, ${columns}`, `${idOf('t', rows)}, ${values}`),
      ),
      insert(
        'oauth2_refresh_tokens',
        'id, access_token_id, revoked, expires_at',
        `${idOf('r', rows)}, ${idOf('t', rows)}, seq % 2, 1900000000`,
      ),
    ])
  }
  await knex.raw('SET GLOBAL innodb_flush_log_at_trx_commit = 1')
}

interface Size {
  readonly rows: number
  readonly environment: Environment
  readonly ours: Contender
}

/** The service with a database of its own that has `rows` rows in each token table. */
const ofSize = async (environment: Environment, rows: number): Promise<Size> => {
  const own = await beside(environment)
  await fill(own, rows)
  return { rows, environment: own, ours: await startOurs(own, 'rsa4096') }
}

/** All sizes stay warm, and take turns: a machine that changes its mood changes it for each of them. */
export const growth = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  const sizes: Size[] = []
  try {
    for (const rows of [scale.fewRows, Math.round(Math.sqrt(scale.fewRows * scale.rows)), scale.rows])
      sizes.push(await ofSize(environment, rows))
    await settle(environment.database.knex)
    await warmUp(
      sizes.map(({ ours }) => ours),
      scale.seconds,
    )
    const taken = await inTurns(
      {
        limit: () => signaturesOfNode(4096, scale.seconds / 2),
        ...Object.fromEntries(
          sizes.map(({ rows, ours }) => [rows, async () => (await refreshes(ours, scale.seconds)).perSecond]),
        ),
      },
      scale.rounds,
    )
    const limit = taken['limit'] ?? []
    const series = sizes.map(({ rows }) => {
      const perSecond = taken[rows] ?? []
      return { rows, perSecond, shares: perSecond.map((rate, index) => rate / (limit[index] ?? NaN)) }
    })
    const [few, , many] = series.map(({ shares }) => median(shares))
    return {
      data: series,
      lines: [
        atLeast(
          `Growth: refreshes with ${format(scale.rows)} rows in each token table, as a share of the signatures beside each round (${format(many!)}), over those with ${format(scale.fewRows)} (${format(few!)})`,
          0.95,
          many! / few!,
        ),
      ],
    }
  } finally {
    for (const { ours, environment: own } of sizes) {
      await ours.stop()
      await own.stop()
    }
  }
}
