// What nginx asks before a reading token may pass (D24): how many answers a second, next to the service's plainest document.
import { connections, startOurs } from './contenders.ts'
import type { Environment } from './environment.ts'
import { issueReadingTokens } from './issuing.ts'
import { generate, inTurns } from './measure.ts'
import { atLeast, format, reported } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

const question = (token: string): string =>
  `GET /.studip-oauth2/api-read HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nX-Api-Method: GET\r\nX-Api-Path: /jsonapi.php/v1/users/me\r\n\r\n`
const document = 'GET /dispatch.php/api/oauth2/jwks HTTP/1.1\r\nHost: localhost\r\n\r\n'

export const gateway = async (environment: Environment, { rounds, seconds }: Scale): Promise<SectionResult> => {
  const ours = await startOurs(environment, 'rsa4096', { API_READ: 'on' })
  const questions = (await issueReadingTokens(environment, { keys: 'rsa4096', count: connections })).map(question)
  const perSecond = async (requests: readonly string[], length = seconds): Promise<number> =>
    (await generate({ port: ours.port, connections, warmUpSeconds: 0.5, seconds: length, kind: 'repeat', requests }))
      .perSecond
  try {
    // Both are compiled, and every token has its JWT.
    for (const requests of [[document], questions]) await perSecond(requests, seconds * 4)
    const data = await inTurns(
      { decisions: () => perSecond(questions), documents: () => perSecond([document]) },
      rounds,
    )
    const { decisions = [], documents = [] } = data
    return {
      data,
      lines: [
        atLeast(
          `Decisions for api.read, warm (${format(median(decisions))}/s), share of the service's answers to jwks (${format(median(documents))}/s)`,
          0.5,
          median(decisions.map((value, index) => value / (documents[index] ?? NaN))),
        ),
        reported('A request with a JWT, a password or a session: what the service is asked', 'nothing'),
      ],
    }
  } finally {
    await ours.stop()
  }
}
