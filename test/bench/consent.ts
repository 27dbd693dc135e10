// The consent page for a logged-in user: how many a second, and how late while the token endpoint is saturated.
import { createHash } from 'node:crypto'
import { users } from '../fixtures/users.ts'
import { insertSession } from '../support/php-session-writer.ts'
import { connections } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { publicClient, redirectUri } from './environment.ts'
import type { Environment } from './environment.ts'
import { codeVerifier } from './issuing.ts'
import type { LoadPlan, LoadResult } from './load.ts'
import { generate, refreshes, warmUp } from './measure.ts'
import { get, jwksRequest } from './requests.ts'
import { startOurs } from './ours.ts'
import { atLeast, atMost, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

/** A GET of the consent page by the browser of a logged-in user, who is connected to nothing yet. */
const consentRequest = async ({ database }: Environment): Promise<string> => {
  const sid = await insertSession(database.knex, { content: { uid: users.autor.user_id, language: 'de_DE' } })
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: publicClient,
    redirect_uri: redirectUri,
    scope: 'api',
    state: 'xyz',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  return get(`authorize?${query}`, { Accept: 'text/html', Cookie: `Studip_Session=${sid}` })
}

/** Readers who click once in a while: the same in both cases, so that only the token endpoint's load differs. */
const readers = { connections: 4, pauseMilliseconds: 20 }

export const consentPage = async (environment: Environment, { rounds, seconds }: Scale): Promise<SectionResult> => {
  const ours = await startOurs(environment, 'rsa4096')
  const request = await consentRequest(environment)
  const pages = (contender: Contender, more: Partial<LoadPlan>): Promise<LoadResult> =>
    generate({
      port: contender.port,
      connections,
      warmUpSeconds: 0.5,
      seconds,
      kind: 'repeat',
      requests: [request],
      ...more,
    })
  try {
    await warmUp([ours], seconds)
    await pages(ours, { seconds: seconds * 4 })
    const perSecond: number[] = []
    const bare: number[] = []
    const atRest: number[] = []
    const saturated: number[] = []
    const curves: Record<string, readonly [number, number][]> = {}
    for (let round = 0; round < rounds; round++) {
      perSecond.push((await pages(ours, {})).perSecond)
      bare.push((await pages(ours, { requests: [jwksRequest] })).perSecond)
      const rest = await pages(ours, readers)
      atRest.push(rest.latency.p99)
      const [, page] = await Promise.all([
        refreshes(ours, seconds + 2),
        pages(ours, { ...readers, warmUpSeconds: 1.5 }),
      ])
      saturated.push(page.latency.p99)
      curves['at rest'] = rest.curve
      curves['saturated'] = page.curve
    }
    return {
      data: { perSecond, bare, atRest, saturated, curves },
      lines: [
        atLeast(
          `Consent page for a logged-in user (${format(median(perSecond))}/s), over \`jwks\` of the same service (${format(median(bare))}/s)`,
          0.25,
          median(perSecond.map((value, index) => value / (bare[index] ?? NaN))),
        ),
        atMost(
          `p99 of the consent page while 16 connections refresh without pause (${format(median(saturated))} ms), over its p99 at rest (${format(median(atRest))} ms)`,
          2.5,
          median(saturated.map((value, index) => value / (atRest[index] ?? NaN))),
          ' ×',
        ),
      ],
    }
  } finally {
    await ours.stop()
  }
}
