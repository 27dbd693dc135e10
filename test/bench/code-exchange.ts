// Codes redeemed: public client with PKCE, and confidential client with its secret (D15).
import { connections, startOurs } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { clientSecret, confidentialClient, publicClient, redirectUri } from './environment.ts'
import type { Environment } from './environment.ts'
import { codeVerifier, issueCodes } from './issuing.ts'
import { signaturesPerSecond } from './limit.ts'
import { post } from './load.ts'
import { generate, inTurns } from './measure.ts'
import { atLeast, atMost, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

const basic = `Basic ${Buffer.from(`${confidentialClient}:${clientSecret}`).toString('base64')}`

/** Exchanges a second; `count` fresh codes, all of them used. */
const exchange = async (environment: Environment, ours: Contender, pkce: boolean, count: number): Promise<number> => {
  const codes = await issueCodes(environment, {
    keys: 'rsa4096',
    clientId: pkce ? publicClient : confidentialClient,
    count,
    pkce,
  })
  const form = (code: string) => ({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
  const requests = codes.map((code) =>
    pkce
      ? post(ours.tokenPath, { ...form(code), client_id: publicClient, code_verifier: codeVerifier })
      : post(ours.tokenPath, form(code), { Authorization: basic }),
  )
  return (await generate({ port: ours.port, connections, seconds: 120, kind: 'requests', requests })).perSecond
}

export const codeExchange = async (environment: Environment, { rounds, seconds }: Scale): Promise<SectionResult> => {
  const ours = await startOurs(environment, 'rsa4096')
  try {
    // Enough for the time, at what the machine can sign.
    const count = Math.ceil((await signaturesPerSecond(4096, 1)) * seconds)
    await exchange(environment, ours, true, connections * 60)
    await exchange(environment, ours, false, connections * 60)
    const taken = await inTurns<number>(
      {
        limit: () => signaturesPerSecond(4096, Math.ceil(seconds / 2)),
        public: () => exchange(environment, ours, true, count),
        confidential: () => exchange(environment, ours, false, count),
      },
      rounds,
    )
    const [limit, pkce, confidential] = ['limit', 'public', 'confidential'].map((name) =>
      median(taken[name] ?? []),
    ) as [number, number, number]
    return {
      data: taken,
      lines: [
        atLeast(
          `Code exchange with PKCE: ${format(pkce)}/s, share of the limit (${format(limit)} signatures/s)`,
          0.7,
          pkce / limit,
        ),
        atMost(
          `Code exchange of a confidential client: ${format(confidential)}/s, time of a public one over its own`,
          1.2,
          pkce / confidential,
          ' ×',
        ),
      ],
    }
  } finally {
    await ours.stop()
  }
}
