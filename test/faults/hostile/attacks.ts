// What attackers sent, as bytes: one list for the hostile run. Each entry is sent again and again, by several senders.
import { randomBytes } from 'node:crypto'

const oauth2 = '/dispatch.php/api/oauth2'

export interface Attack {
  /** Of docs/findings.md where it has a number. */
  readonly name: string
  /** Whole requests, sent in turn; or a beginning that is continued byte by byte and never ends. */
  readonly requests: readonly Buffer[]
  readonly slow?: boolean
}

/** What the requests of some attacks need from the tables. */
export interface Victims {
  readonly publicClientId: string
  readonly confidentialClientId: string
  /** Cookie header of somebody who is logged in. */
  readonly cookie: string
  /** The same of somebody with thousands of grants. */
  readonly collectorsCookie: string
  /** Path of a consent page. */
  readonly consentPath: string
  /** Refresh tokens: one that is good, one that expired. */
  readonly refreshToken: string
  readonly expiredToken: string
}

const request = (method: string, path: string, headers: readonly string[] = [], body = ''): Buffer =>
  Buffer.from(
    [
      `${method} ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      'Connection: close',
      ...headers,
      ...(body ? [`Content-Length: ${Buffer.byteLength(body)}`] : []),
      '',
      body,
    ].join('\r\n'),
    'latin1',
  )
const get = (path: string, ...headers: string[]): Buffer => request('GET', path, headers)
const post = (endpoint: string, body: string, ...headers: string[]): Buffer =>
  request('POST', `${oauth2}/${endpoint}`, ['Content-Type: application/x-www-form-urlencoded', ...headers], body)
const several = <T>(make: (index: number) => T, count = 20): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const basic = (id: string, secret: string): string =>
  `Authorization: Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`

/** One entry for each kind; what needs no flood (A8, A9, A13, A17) has its tests elsewhere. */
export const attacksOn = (victims: Victims): readonly Attack[] => {
  const { publicClientId: id, confidentialClientId, cookie, collectorsCookie, consentPath } = victims
  const junk = () => `def50200${randomBytes(300).toString('hex')}`
  const refresh = (token: string) => post('token', `grant_type=refresh_token&client_id=${id}&refresh_token=${token}`)
  return [
    { name: 'A1 a path of 7 KB that names dispatch.php', requests: [get(`/${'dispatch.php'.repeat(590)}`)] },
    {
      name: 'A2 a header of blanks',
      requests: [
        post('token', 'grant_type=refresh_token&refresh_token=x', `Authorization: Basic ${' '.repeat(7000)}!`),
      ],
    },
    {
      name: 'A3 a form of thousands of names',
      requests: [post('token', several((index) => `n${index}=`, 3000).join('&'))],
    },
    { name: 'A3 a form of one megabyte', requests: [post('token', 'a'.repeat(1_000_000))] },
    {
      name: 'A5 the page of somebody with thousands of grants',
      requests: [get(`${oauth2}/applications`, `Cookie: ${collectorsCookie}`)],
    },
    { name: 'A6 one person, consent pages in loops', requests: [get(consentPath, `Cookie: ${cookie}`)] },
    {
      name: 'A6 invented sessions',
      requests: several(() => get(consentPath, `Cookie: Studip_Session=${randomBytes(16).toString('hex')}`)),
    },
    { name: 'A7 tokens of foreign salts', requests: several(() => refresh(junk())) },
    { name: 'A10 a planted resume cookie', requests: [get(consentPath, 'Cookie: studip_oauth2_resume=1')] },
    { name: 'A11 A14 one refresh token in a loop', requests: [refresh(victims.refreshToken)] },
    {
      name: 'A12 an expired token to revoke',
      requests: [post('revoke', `client_id=${id}&token=${victims.expiredToken}`)],
    },
    {
      name: 'A15 names that PHP reads as the session cookie',
      requests: [get(consentPath, `Cookie: Studip.Session=${'a'.repeat(32)}; ${cookie}`)],
    },
    {
      name: 'A16 waiting requests with a long state',
      requests: several((index) => get(`${consentPath}${index}${'s'.repeat(1500)}`)),
    },
    {
      name: 'wrong client secrets',
      requests: several(() =>
        post(
          'token',
          'grant_type=refresh_token&refresh_token=x',
          basic(confidentialClientId, randomBytes(20).toString('hex')),
        ),
      ),
    },
    {
      name: 'wrong secrets to introspect',
      requests: several(() =>
        post('introspect', 'token=x', basic(confidentialClientId, randomBytes(20).toString('hex'))),
      ),
    },
    {
      name: 'forged codes',
      requests: several(() =>
        post('token', `grant_type=authorization_code&client_id=${id}&code=${junk()}&code_verifier=${'v'.repeat(43)}`),
      ),
    },
    {
      name: 'device codes without end',
      requests: [post('device_authorization', `client_id=${id}`)],
    },
    {
      name: 'guesses of a user code',
      requests: several((index) =>
        get(`${oauth2}/device?user_code=BCDFGH${String(index).padStart(2, '0')}`, `Cookie: ${cookie}`),
      ),
    },
    {
      name: 'forged JWTs at userinfo',
      requests: several(() =>
        get(`${oauth2}/userinfo`, `Authorization: Bearer e30.e30.${randomBytes(256).toString('base64url')}`),
      ),
    },
    {
      name: 'keys and metadata in a loop',
      requests: [get(`${oauth2}/jwks`), get(`${oauth2}/.well-known/oauth-authorization-server`)],
    },
    {
      name: 'connections that send a byte now and then',
      slow: true,
      requests: [Buffer.from(`POST ${oauth2}/token HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: `)],
    },
  ]
}
