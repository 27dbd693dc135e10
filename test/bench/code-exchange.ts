// Codes redeemed: public client with PKCE, confidential client with its secret (D15).
import { connections } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { clientSecret, confidentialClient, publicClient, redirectUri } from './environment.ts'
import type { Environment } from './environment.ts'
import { codeVerifier, issueCodes } from './issuing.ts'
import { signaturesOfNode } from './limit.ts'
import { post } from './load.ts'
import { generate, inTurns, warmUp } from './measure.ts'
import { startOurs } from './ours.ts'
import { atLeast, atMost, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

const basic = `Basic ${Buffer.from(`${confidentialClient}:${clientSecret}`).toString('base64')}`

interface Exchange {
  readonly clientId: string
  readonly count: number
  readonly scopes?: readonly string[]
}

/** Exchanges a second; `count` fresh codes of as many people as there are, all of them used. */
const exchange = async (environment: Environment, ours: Contender, asked: Exchange): Promise<number> => {
  const pkce = asked.clientId === publicClient
  const codes = await issueCodes(environment, { keys: 'rsa4096', ...asked, pkce })
  const form = (code: string) => ({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
  const requests = codes.map((code) =>
    pkce
      ? post(ours.tokenPath, { ...form(code), client_id: publicClient, code_verifier: codeVerifier })
      : post(ours.tokenPath, form(code), { Authorization: basic }),
  )
  return (await generate({ port: ours.port, connections, seconds: 120, kind: 'requests', requests })).perSecond
}

type Takers = Readonly<Record<string, () => Promise<number>>>

/** Medians of the rounds, in which the two ways, the limit and whatever `more` measures with the same service take turns. */
export const compareExchanges = async (
  environment: Environment,
  { rounds, seconds }: Scale,
  ways: Readonly<Record<string, Omit<Exchange, 'count'>>>,
  more: (ours: Contender) => Promise<Takers> = () => Promise.resolve({}),
) => {
  const ours = await startOurs(environment, 'rsa4096', { count: 1_000 })
  try {
    await warmUp([ours], seconds / 2)
    const limit = () => signaturesOfNode(4096, seconds / 2)
    // Enough for the time, at what this Node can sign.
    const count = Math.ceil((await limit()) * seconds)
    for (const way of Object.values(ways)) await exchange(environment, ours, { ...way, count: connections * 60 })
    const takers = Object.entries(ways).map(
      ([name, way]) => [name, () => exchange(environment, ours, { ...way, count })] as const,
    )
    const taken = await inTurns<number>({ limit, ...Object.fromEntries(takers), ...(await more(ours)) }, rounds)
    return { taken, rate: (name: string) => median(taken[name] ?? []) }
  } finally {
    await ours.stop()
  }
}

export const codeExchange = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  const { taken, rate } = await compareExchanges(environment, scale, {
    pkce: { clientId: publicClient },
    confidential: { clientId: confidentialClient },
  })
  return {
    data: taken,
    lines: [
      atLeast(
        `Code exchange with PKCE: ${format(rate('pkce'))}/s, share of what the OpenSSL in Node signs (${format(rate('limit'))} signatures/s)`,
        0.7,
        rate('pkce') / rate('limit'),
      ),
      atMost(
        `Code exchange of a confidential client: ${format(rate('confidential'))}/s, its time over that of a public one`,
        1.2,
        rate('pkce') / rate('confidential'),
        ' ×',
      ),
    ],
  }
}
