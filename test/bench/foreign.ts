// Refresh tokens that PHP issued: each has a salt of its own and costs 100,000 rounds of PBKDF2 once (D4).
import { readFile } from 'node:fs/promises'
import { defuseEncrypt } from '../interop/defuse.ts'
import { startOurs } from './contenders.ts'
import { publicClient, userId } from './environment.ts'
import type { Environment } from './environment.ts'
import { generate, refreshes, warmUp } from './measure.ts'
import { post } from './load.ts'
import { insertTokenRows } from './issuing.ts'
import { atMost, format, reported } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

/** Live refresh tokens as PHP issues them, each with another salt. */
const issueForeign = async (environment: Environment, count: number): Promise<string[]> => {
  const password =
    /'(.*)'/.exec(await readFile(`${await environment.keys('rsa4096')}/encryption_key.php`, 'utf8'))?.[1] ?? ''
  const tokens = await insertTokenRows(environment, publicClient, count)
  return tokens.map(({ id, accessTokenId, expiresAt }) =>
    defuseEncrypt(
      JSON.stringify({
        client_id: publicClient,
        refresh_token_id: id,
        access_token_id: accessTokenId,
        scopes: ['api'],
        user_id: userId,
        expire_time: expiresAt,
      }),
      password,
    ),
  )
}

const requestsFor = (tokens: readonly string[], path: string): string[] =>
  tokens.map((token) => post(path, { grant_type: 'refresh_token', client_id: publicClient, refresh_token: token }))

const flood = 200

export const foreignTokens = async (environment: Environment, { rounds, seconds }: Scale): Promise<SectionResult> => {
  const ours = await startOurs(environment, 'rsa4096')
  try {
    await warmUp([ours], seconds)
    const alone: number[] = []
    const atRest: number[] = []
    const flooded: number[] = []
    for (let round = 0; round < rounds; round++) {
      const single = await generate({
        port: ours.port,
        connections: 1,
        seconds: 60,
        kind: 'requests',
        requests: requestsFor(await issueForeign(environment, 20), ours.tokenPath),
      })
      alone.push(single.latency.p50)
      atRest.push((await refreshes(ours, seconds)).latency.p99)
      const requests = requestsFor(await issueForeign(environment, flood), ours.tokenPath)
      const native = refreshes(ours, Math.max(seconds, 5))
      await new Promise((resolve) => setTimeout(resolve, 2000))
      const [{ latency }] = await Promise.all([
        native,
        generate({ port: ours.port, connections: flood, seconds: 60, kind: 'requests', requests }),
      ])
      flooded.push(latency.p99)
    }
    return {
      data: { alone, atRest, flooded },
      lines: [
        atMost('First refresh of a token that PHP issued, one at a time (median)', 40, median(alone), ' ms'),
        atMost(
          `p99 of native refreshes while ${flood} different tokens of PHP arrive at once (${format(median(flooded))} ms), over their p99 without (${format(median(atRest))} ms)`,
          3,
          median(flooded.map((value, index) => value / (atRest[index] ?? NaN))),
          ' ×',
        ),
        reported('Connections of the native load in both cases', '16'),
      ],
    }
  } finally {
    await ours.stop()
  }
}
