// Refresh tokens that PHP issued: each has a salt of its own and costs 100,000 rounds of PBKDF2 once (D4).
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { defuseEncrypt } from '../interop/defuse.ts'
import { connections } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { publicClient } from './environment.ts'
import type { Environment } from './environment.ts'
import { insertTokenRows } from './issuing.ts'
import { derivationsOfNode } from './limit.ts'
import { generate, inTurns, refreshes, warmUp } from './measure.ts'
import { post } from './load.ts'
import { startOurs } from './ours.ts'
import { atMost, format, reported } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

/** Requests with live refresh tokens as PHP issues them, each with another salt. */
const firstRefreshes = async (environment: Environment, path: string, count: number): Promise<string[]> => {
  const keyFile = `${await environment.keys('rsa4096')}/encryption_key.php`
  const password = /'(.*)'/.exec(await readFile(keyFile, 'utf8'))?.[1] ?? ''
  const tokens = await insertTokenRows(environment, { clientId: publicClient, count })
  return tokens.map(({ id, accessTokenId, userId, expiresAt }) => {
    const json = JSON.stringify({
      client_id: publicClient,
      refresh_token_id: id,
      access_token_id: accessTokenId,
      scopes: ['api'],
      user_id: userId,
      expire_time: expiresAt,
    })
    return post(path, {
      grant_type: 'refresh_token',
      client_id: publicClient,
      refresh_token: defuseEncrypt(json, password),
    })
  })
}

const each = 20

export const foreignToken = async (environment: Environment, { rounds, seconds }: Scale): Promise<SectionResult> => {
  const ours = await startOurs(environment, 'rsa4096', { count: 1_000 })
  const alone = async (): Promise<number> => {
    const requests = await firstRefreshes(environment, ours.tokenPath, each)
    return (await generate({ port: ours.port, connections: 1, seconds: 60, kind: 'requests', requests })).latency.p50
  }
  try {
    await warmUp([ours], seconds / 2)
    const taken = await inTurns({ alone, derivation: () => derivationsOfNode(each) }, rounds)
    const [refresh, derivation] = [median(taken['alone'] ?? []), median(taken['derivation'] ?? [])]
    return {
      data: taken,
      lines: [
        atMost(
          `First refresh of a token that PHP issued (${format(refresh)} ms, one at a time), over one PBKDF2 of the OpenSSL in Node (${format(derivation)} ms)`,
          1.5,
          refresh / derivation,
          ' ×',
        ),
      ],
    }
  } finally {
    await ours.stop()
  }
}

/** Connections that one address, a proxy or a lecture hall, holds with them: as many as come to their turn before they are told to come again. */
const fromOneAddress = 60
/** Seconds after which the flood ends, however many tokens are left. */
const patience = 240

/** 99th percentiles of native refreshes, round after round until the flood is over. */
const besides = async (ours: Contender, seconds: number, flood: Promise<unknown>): Promise<number[]> => {
  const found: number[] = []
  let over = false
  const end = flood.finally(() => {
    over = true
  })
  while (!over) {
    const { latency } = await refreshes(ours, seconds, { warmUpSeconds: 0 })
    found.push(latency.p99)
  }
  await end
  // The last round outlived the flood.
  return found.length > 1 ? found.slice(0, -1) : found
}

export const foreignFlood = async (
  environment: Environment,
  { rounds, seconds, foreign }: Scale,
): Promise<SectionResult> => {
  const ours = await startOurs(environment, 'rsa4096')
  try {
    await warmUp([ours], seconds / 2)
    const requests = await firstRefreshes(environment, ours.tokenPath, foreign)
    const { atRest = [] } = await inTurns(
      { atRest: async () => (await refreshes(ours, seconds, { warmUpSeconds: 0 })).latency.p99 },
      rounds,
    )
    const flood = generate({
      port: ours.port,
      connections: fromOneAddress,
      seconds: patience,
      kind: 'requests',
      requests,
    })
    await sleep(1_000)
    const flooded = await besides(ours, seconds, flood)
    const { allAnswers } = await flood
    return {
      data: { atRest, flooded, answered: allAnswers },
      lines: [
        atMost(
          `p99 of native refreshes while ${format(foreign)} different tokens of PHP arrive from one address (${format(median(flooded))} ms), over their p99 without (${format(median(atRest))} ms)`,
          3,
          median(flooded) / median(atRest),
          ' ×',
        ),
        reported(
          `Of these tokens, refreshed within ${patience} s; native connections in both cases`,
          `${format(allAnswers)}; ${connections}`,
        ),
      ],
    }
  } finally {
    await ours.stop()
  }
}
