// The consent page for a logged-in user: how many a second, and how late while the token endpoint is saturated.
import { createHash } from 'node:crypto'
import { insertSession } from '../support/php-session-writer.ts'
import { connections, startOurs } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { publicClient, redirectUri, userId } from './environment.ts'
import type { Environment } from './environment.ts'
import { codeVerifier } from './issuing.ts'
import type { LoadPlan, LoadResult } from './load.ts'
import { generate, refreshes, warmUp } from './measure.ts'
import { atLeast, atMost, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

/** A GET of the consent page by the browser of a logged-in user. */
const consentRequest = async ({ database }: Environment): Promise<string> => {
  const sid = await insertSession(database.knex, { content: { uid: userId, language: 'de_DE' } })
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: publicClient,
    redirect_uri: redirectUri,
    scope: 'api',
    state: 'xyz',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  })
  return `GET /dispatch.php/api/oauth2/authorize?${query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nCookie: Studip_Session=${sid}\r\n\r\n`
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
    const atRest: number[] = []
    const saturated: number[] = []
    const curves: Record<string, readonly [number, number][]> = {}
    for (let round = 0; round < rounds; round++) {
      perSecond.push((await pages(ours, {})).perSecond)
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
      data: { perSecond, atRest, saturated, curves },
      lines: [
        atLeast('Consent page for a logged-in user', 1000, median(perSecond), '/s'),
        atMost(
          `p99 of the consent page while 16 connections refresh without pause (${format(median(saturated))} ms), over its p99 at rest (${format(median(atRest))} ms)`,
          3,
          median(saturated.map((value, index) => value / (atRest[index] ?? NaN))),
          ' ×',
        ),
      ],
    }
  } finally {
    await ours.stop()
  }
}
