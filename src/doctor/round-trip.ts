// The whole path with a throw-away client and a user who does not exist: authorize → token → use → refresh → revoke → clean up.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../app.ts'
import { randomHex } from '../crypto/random.ts'
import { createLog } from '../log.ts'
import { listen } from '../server/http.ts'
import { basePath } from '../settings.ts'
import { wire } from '../wire.ts'
import type { Deps } from '../wire/deps.ts'
import { formatOf, isRenewable } from '../oauth/scopes/index.ts'
import { offlineAccess } from '../oauth/scopes/offline-access.ts'
import { ask, jsonOf } from './ask.ts'
import { fault, ok, type Check, type Patient } from './check.ts'
import type { TextKey } from './translate.ts'

type Step = Extract<TextKey, `doctor.step.${string}`>

class RoundTripFault extends Error {
  readonly step: Step
  readonly status: number
  readonly detail: string

  constructor(step: Step, status: number, detail = '') {
    super(step)
    this.step = step
    this.status = status
    this.detail = detail
  }
}

const redirectUri = 'https://localhost/oauth2-doctor'

/** The application for one user who is logged in and does not exist: no session is read, none is written (D5). */
const withVisitor = (deps: Deps, userId: string): Deps => ({
  ...deps,
  users: { ...deps.users, stateOf: () => Promise.resolve('active') },
  beforeSigning: { ...deps.beforeSigning, users: { stateOf: () => Promise.resolve('active') } },
  gate: {
    identify: () =>
      Promise.resolve({
        kind: 'logged-in',
        sessionId: randomHexOf(userId),
        loginAt: undefined,
        language: 'en',
        languageTag: 'en-GB',
        highContrast: false,
        user: { id: userId, username: 'oauth2-doctor', fullName: 'oauth2:doctor', perms: 'user' },
      }),
  },
})

const randomHexOf = (text: string): string => createHash('md5').update(text).digest('hex')

const field = (html: string, name: string): string =>
  (new RegExp(`name="${name}"[^>]{0,200}?value="([^"]*)"`).exec(html)?.[1] ?? '')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

interface Trip {
  /** Of the endpoints, as the application knows them. */
  readonly at: string
  readonly socket: string
  readonly origin: string
  readonly clientId: string
  readonly verifier: string
  readonly scope: string
}

const post = ({ at, socket, origin }: Trip, endpoint: string, form: Readonly<Record<string, string>>) =>
  ask(`${at}${endpoint}`, { form, headers: { Origin: origin }, at: { path: socket } })

const approve = async (trip: Trip): Promise<string> => {
  const { at, socket, clientId, verifier, scope } = trip
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state: 'doctor',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  const page = await ask(`${at}authorize?${query}`, { at: { path: socket } })
  const html = page.body
  const fields = { auth_token: field(html, 'auth_token'), security_token: field(html, 'security_token'), allow: '' }
  if (page.status !== 200 || !fields.auth_token) throw new RoundTripFault('doctor.step.authorize', page.status)
  const answer = await post(trip, 'authorize', fields)
  const location = answer.headers.location ?? ''
  const code = URL.canParse(location) ? new URL(location).searchParams.get('code') : null
  if (!code) throw new RoundTripFault('doctor.step.approve', answer.status)
  return code
}

interface Pair {
  readonly access_token: string
  readonly refresh_token: string
}

const tokens = async (trip: Trip, step: Step, fields: Readonly<Record<string, string>>): Promise<Pair> => {
  const answer = await post(trip, 'token', { client_id: trip.clientId, ...fields })
  const body = (jsonOf(answer) ?? {}) as Partial<Pair> & { error?: string }
  const { access_token, refresh_token } = body
  if (!access_token || !refresh_token)
    throw new RoundTripFault(step, answer.status, body.error ? `, ${body.error}` : '')
  return { access_token, refresh_token }
}

const travel = async (trip: Trip, { credentials, tokens: store }: Deps): Promise<void> => {
  const code = await approve(trip)
  const first = await tokens(trip, 'doctor.step.token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: trip.verifier,
  })
  const opened = await credentials.openAccessToken(first.access_token)
  if (!opened || !(await store.findLiveAccessToken(opened.id))) throw new RoundTripFault('doctor.step.verify', 200)
  const second = await tokens(trip, 'doctor.step.refresh', {
    grant_type: 'refresh_token',
    refresh_token: first.refresh_token,
  })
  const revoked = await post(trip, 'revoke', { client_id: trip.clientId, token: second.refresh_token })
  const left = await credentials.openAccessToken(second.access_token)
  if (revoked.status !== 200 || (left && (await store.findLiveAccessToken(left.id))))
    throw new RoundTripFault('doctor.step.revoke', revoked.status)
}

/** Deletes what the trip left, by the user who owns nothing else. */
const cleanUp = async ({ db }: Deps, clientId: string, userId: string): Promise<void> => {
  await db('oauth2_clients').where({ id: clientId }).delete()
  const ids = await db<{ id: string; user_id: string }>('oauth2_access_tokens').where({ user_id: userId }).pluck('id')
  await db('oauth2_refresh_tokens').whereIn('access_token_id', ids).delete()
  await db('oauth2_access_tokens').whereIn('id', ids).delete()
  await db('oauth2_auth_codes').where({ user_id: userId }).delete()
}

const oneOfEachFormat = (offered: readonly string[]): readonly string[] =>
  offered.filter((name, at) => offered.findIndex((other) => formatOf([other]) === formatOf([name])) === at)

/** A sign-in alone gets no refresh token, and the trip refreshes. */
const renewably = (name: string): string => (isRenewable([name]) ? name : `${name} ${offlineAccess.name}`)

const roundTrip = async (deps: Deps): Promise<void> => {
  // Not the md5 of anything in Stud.IP, and a shape that Stud.IP does not use.
  const userId = `oauth2_doctor_${randomHex(9)}`
  const clientId = await deps.administration.add({
    name: 'oauth2:doctor',
    redirectUris: [redirectUri],
    description: '',
    owner: 'oauth2:doctor',
    homepage: '',
    adminNotes: '',
    secretHash: null,
  })
  const answer = createApp(withVisitor(deps, userId)).callback()
  const server = createServer((request, response) => void answer(request, response))
  // Everybody is logged in there: nobody else may come in (A13). mkdtemp closes the folder; a socket's path must be short.
  const folder = await mkdtemp(join(tmpdir().length < 60 ? tmpdir() : '/tmp', 'oauth2-doctor-'))
  const socket = join(folder, 'socket')
  try {
    await listen(server, { path: socket })
    const at = `http://localhost${basePath(deps.settings)}dispatch.php/api/oauth2/`
    const trip = { at, socket, origin: new URL(deps.settings.baseUrl).origin, clientId, verifier: randomHex(32) }
    for (const name of oneOfEachFormat(await deps.offeredScopes()))
      await travel({ ...trip, scope: renewably(name) }, deps)
  } finally {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true, force: true })
    await cleanUp(deps, clientId, userId)
  }
}

export const roundTripCheck: Check = {
  name: 'check.round-trip',
  needs: ['check.settings', 'check.tables', 'check.rights', 'check.keys', 'check.sessions'],
  settings: [],
  run: async ({ settings, t }: Patient) => {
    const deps = await wire(settings, { log: createLog('silent') })
    try {
      await roundTrip(deps)
      return ok(t('doctor.round-trip.ok'))
    } catch (error) {
      if (!(error instanceof RoundTripFault)) throw error
      return [fault(t('doctor.round-trip.failed', { step: t(error.step), status: error.status, detail: error.detail }))]
    } finally {
      await deps.close()
    }
  },
}
