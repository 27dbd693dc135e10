// Does throughput fall when the tables grow? The same database with few rows and with millions.
import { grants } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { publicClient } from './environment.ts'
import type { Environment } from './environment.ts'
import { issueRefreshTokens } from './issuing.ts'
import { signaturesOfNode } from './limit.ts'
import { inTurns, refreshes, warmUp } from './measure.ts'
import { startOurs } from './ours.ts'
import { atLeast, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
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

const tables = ['oauth2_auth_codes', 'oauth2_access_tokens', 'oauth2_refresh_tokens']

const empty = async ({ database: { knex } }: Environment): Promise<void> => {
  for (const table of tables) await knex.raw(`TRUNCATE ${table}`)
}

interface Series {
  readonly rows: number
  readonly perSecond: readonly number[]
  /** Of the signatures that the OpenSSL in Node made beside each round. */
  readonly shares: readonly number[]
}

/** The rounds with tables of `rows` rows, in one service that stays warm over all sizes. */
const rateWith = async (
  environment: Environment,
  ours: Contender,
  rows: number,
  { rounds, seconds }: Scale,
): Promise<Series> => {
  await empty(environment)
  await fill(environment, rows)
  ours.tokens = await issueRefreshTokens(environment, { keys: 'rsa4096', clientId: publicClient, count: grants })
  await refreshes(ours, seconds * 2)
  const taken = await inTurns(
    {
      refreshes: async () => (await refreshes(ours, seconds)).perSecond,
      limit: () => signaturesOfNode(4096, seconds / 2),
    },
    rounds,
  )
  const [perSecond = [], limit = []] = [taken['refreshes'], taken['limit']]
  return { rows, perSecond, shares: perSecond.map((rate, index) => rate / (limit[index] ?? NaN)) }
}

/** Few, many, few again: a machine that changes its mood in between would show in the two outer figures. */
export const growth = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  const sizes = [scale.fewRows, Math.round(Math.sqrt(scale.fewRows * scale.rows)), scale.rows, scale.fewRows]
  const ours = await startOurs(environment, 'rsa4096')
  try {
    await warmUp([ours], scale.seconds)
    const series: Series[] = []
    for (const rows of sizes) series.push(await rateWith(environment, ours, rows, scale))
    const few = median([...(series[0]?.shares ?? []), ...(series[3]?.shares ?? [])])
    const many = median(series[2]?.shares ?? [])
    return {
      data: series,
      lines: [
        atLeast(
          `Growth: refreshes with ${format(scale.rows)} rows in each token table, as a share of the signatures beside each round (${format(many)}), over those with ${format(scale.fewRows)} (${format(few)})`,
          0.95,
          many / few,
        ),
      ],
    }
  } finally {
    await ours.stop()
  }
}
