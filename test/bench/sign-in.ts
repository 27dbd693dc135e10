// Sign in with Stud.IP (D26): what an ID token adds to a code exchange, and whole sign-ins beside bare exchanges.
import { createHash } from 'node:crypto'
import { generateSignInKey } from '../../src/crypto/key-generation.ts'
import { hiddenFields } from '../support/app.ts'
import { insertSession } from '../support/php-session-writer.ts'
import { compareExchanges } from './code-exchange.ts'
import { connections } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { publicClient, redirectUri } from './environment.ts'
import type { Environment } from './environment.ts'
import { codeVerifier } from './issuing.ts'
import { post } from './load.ts'
import { generate } from './measure.ts'
import { people } from './people.ts'
import { get } from './requests.ts'
import { atLeast, atMost, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'

/** So many that none of them comes to the fifty grants which one user may have of a client. */
const signingIn = people.slice(0, 500)

const query = new URLSearchParams({
  response_type: 'code',
  client_id: publicClient,
  redirect_uri: redirectUri,
  scope: 'openid profile email',
  state: 'xyz',
  nonce: 'n-0S6_WzA2Mj',
  code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  code_challenge_method: 'S256',
}).toString()

/** Logs somebody in and allows the client what it asks for. @returns the request that is not asked about any more */
const approved = async ({ database }: Environment, { port }: Contender, userId: string): Promise<string> => {
  const sid = await insertSession(database.knex, {
    content: { uid: userId, language: 'de_DE', sessionStart: Math.floor(Date.now() / 1000) },
  })
  const Cookie = `Studip_Session=${sid}`
  const url = `http://127.0.0.1:${port}/dispatch.php/api/oauth2/authorize`
  const page = await fetch(`${url}?${query}`, { headers: { Cookie, Accept: 'text/html' } })
  const { auth_token = '', security_token = '' } = hiddenFields(await page.text())
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { Cookie },
    body: new URLSearchParams({ auth_token, security_token, allow: '' }),
  })
  if (answer.status !== 303) throw new Error(`not approved: ${answer.status} ${(await answer.text()).slice(0, 300)}`)
  return get(`authorize?${query}`, { Accept: 'text/html', Cookie })
}

/** Sign-ins a second of people whose consent is remembered. */
const signIns = (ours: Contender, requests: readonly string[], seconds: number): Promise<number> =>
  generate({
    port: ours.port,
    connections,
    warmUpSeconds: 0.5,
    seconds,
    kind: 'repeat',
    requests,
    signIn: {
      token: post(ours.tokenPath, {
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
        client_id: publicClient,
        code_verifier: codeVerifier,
      }),
      userinfo: get('userinfo'),
    },
  }).then(({ perSecond }) => perSecond)

/** The same grants with and without `openid`; both have the access token of Stud.IP's format. */
export const signIn = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  await generateSignInKey(await environment.keys('rsa4096'))
  const { taken, rate } = await compareExchanges(
    environment,
    scale,
    {
      without: { clientId: publicClient, scopes: ['api'] },
      with: { clientId: publicClient, scopes: ['api', 'openid', 'profile', 'email'] },
    },
    async (ours) => {
      const requests: string[] = []
      for (const { user_id } of signingIn) requests.push(await approved(environment, ours, user_id))
      await signIns(ours, requests, scale.seconds)
      return { signIn: () => signIns(ours, requests, scale.seconds) }
    },
  )
  return {
    data: taken,
    lines: [
      atMost(
        `Sign-in: what an ID token (RSA-3072, three primes) adds to a code exchange (${format(rate('with'))}/s, ${format(rate('without'))}/s without), in RSA-4096 signatures`,
        0.5,
        (1 / rate('with') - 1 / rate('without')) * rate('limit'),
      ),
      atLeast(
        `Whole sign-ins with remembered consent (authorize, code, token, userinfo: ${format(rate('signIn'))}/s), over bare code exchanges`,
        0.5,
        rate('signIn') / rate('without'),
      ),
    ],
  }
}
