// `api.read` at the gateway (D24): the question that nginx asks about each request, and that a JWT is never asked about.
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../support/free-port.ts'
import { startNginx } from '../support/nginx.ts'
import { startEcho } from '../nginx/echo.ts'
import { connections } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { publicClient } from './environment.ts'
import type { Environment } from './environment.ts'
import { issueAccessTokens } from './issuing.ts'
import { generate, inTurns } from './measure.ts'
import { startOurs } from './ours.ts'
import { get, jwksRequest } from './requests.ts'
import { atLeast, atMost, format } from './sections.ts'
import type { Line, Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

const api = '/jsonapi.php/v1/users/me'
/** As many as fit the memory for what was signed lately, many times over. */
const tokens = 1_000

const asked = (token: string): string =>
  get('/.studip-oauth2/api-read', { Authorization: `Bearer ${token}`, 'X-Api-Method': 'GET', 'X-Api-Path': api })

/** Requests that the service has answered so far, its own metrics say. */
const answeredBy = async (metricsPort: number): Promise<number> => {
  await sleep(500) // a worker counts when the last byte has left
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  const counts = [...text.matchAll(/^studip_oauth2_request_seconds_count\{.*\} (\d+)$/gm)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Through the shipped nginx. A sealed token is asked about, or the count would prove nothing. */
const requestsToUs = async (ours: Contender, metricsPort: number, jwt: string, sealed: string): Promise<Line> => {
  const php = await startEcho('php')
  const nginx = await startNginx({ sidecar: `127.0.0.1:${ours.port}`, php: php.address })
  const sent = 100
  const through = async (token: string): Promise<number> => {
    const before = await answeredBy(metricsPort)
    for (let i = 0; i < sent; i++)
      await (await fetch(new URL(api, nginx.url), { headers: { Authorization: `Bearer ${token}` } })).text()
    return (await answeredBy(metricsPort)) - before
  }
  try {
    const [ofSealed, ofJwt] = [await through(sealed), await through(jwt)]
    if (ofSealed !== sent) throw new Error(`${sent} requests with a sealed token made ${ofSealed} to the service`)
    return atMost(`Requests to the service by ${sent} requests to Stud.IP's API with a JWT`, 0, ofJwt)
  } finally {
    await nginx.stop()
    await php.stop()
  }
}

export const gateway = async (environment: Environment, { rounds, seconds }: Scale): Promise<SectionResult> => {
  const metricsPort = await freePort()
  const ours = await startOurs(environment, 'rsa4096', {
    count: 0,
    env: { API_READ: 'on', METRICS_LISTEN: `127.0.0.1:${metricsPort}` },
  })
  const issued = { keys: 'rsa4096', clientId: publicClient } as const
  const sealed = await issueAccessTokens(environment, { ...issued, count: tokens, scopes: ['api.read'] })
  const [jwt = ''] = await issueAccessTokens(environment, { ...issued, count: 1 })
  const requests = sealed.map(asked)
  const load = async (sent: readonly string[], length = seconds): Promise<number> =>
    (
      await generate({
        port: ours.port,
        connections,
        warmUpSeconds: 0.5,
        seconds: length,
        kind: 'repeat',
        requests: sent,
      })
    ).perSecond
  try {
    // The first of each token is a signature (D24).
    await generate({ port: ours.port, connections, seconds: 120, kind: 'requests', requests })
    for (const sent of [[jwksRequest], requests]) await load(sent, seconds * 4)
    const taken = await inTurns<number>({ gateway: () => load(requests), jwks: () => load([jwksRequest]) }, rounds)
    const rate = (name: string) => median(taken[name] ?? [])
    return {
      data: taken,
      lines: [
        atLeast(
          `\`api.read\` at the gateway (${format(rate('gateway'))}/s, ${format(tokens)} tokens, each signed for before), over \`jwks\` (${format(rate('jwks'))}/s)`,
          0.5,
          rate('gateway') / rate('jwks'),
        ),
        await requestsToUs(ours, metricsPort, jwt, sealed[0] ?? ''),
      ],
    }
  } finally {
    await ours.stop()
  }
}
