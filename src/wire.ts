// The only place where the parts are joined: settings → everything the application needs.
import { availableParallelism } from 'node:os'
import type { Knex } from 'knex'
import type { FollowSessions } from './config/follow-sessions.ts'
import { approvalId } from './crypto/approval-id.ts'
import { challengeHash } from './crypto/challenge-hash.ts'
import { createClientSecrets, type RememberingClientSecrets } from './crypto/client-secret.ts'
import { createCredentials, type SealingCredentials } from './crypto/formats/of.ts'
import { signIdToken } from './crypto/id-token.ts'
import { createDeviceCodes } from './crypto/formats/device-code.ts'
import { createKeyRing, type KeyRing } from './crypto/key-ring.ts'
import { randomHex } from './crypto/random.ts'
import { auditLog, createLog, type Log } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { ResponseIss } from './oauth/authorization-response.ts'
import type { ClientAuthenticationPorts } from './oauth/client-authentication.ts'
import type { DeviceAuthorizationPorts } from './oauth/device/device-authorization.ts'
import type { DeviceCodes, Devices } from './oauth/device/ports.ts'
import type { GrantPorts } from './oauth/grants/grant.ts'
import type {
  Approvals,
  ApprovedBefore,
  Audit,
  AuthorizationCodes,
  Now,
  OfferedScopes,
  PublicOrigins,
  Usernames,
  Users,
} from './oauth/ports.ts'
import { isToldApart, mayPassSilently } from './oauth/remembered-consent.ts'
import { namesOffered } from './oauth/scopes/index.ts'
import { createIdTokens } from './openid/id-token.ts'
import type { People } from './openid/person.ts'
import { issuer, type Settings } from './settings.ts'
import { createApprovals } from './stores/approvals.ts'
import { createAttempts } from './stores/attempts.ts'
import { createAuthorizationCodes } from './stores/authorization-codes.ts'
import { createClientAdministration, createClients, type ClientAdministration } from './stores/clients.ts'
import { openDatabase } from './stores/database.ts'
import { createDevicePace } from './stores/device-pace.ts'
import { createDevices } from './stores/devices.ts'
import { createGrants, type Grants } from './stores/grants.ts'
import { createPublicOrigins } from './stores/public-origins.ts'
import { createLookUp, type LookUp } from './stores/lookups.ts'
import { createRead } from './stores/reads.ts'
import { createRotationPace } from './stores/rotation-pace.ts'
import { createUserCodeTries, type UserCodeTries } from './stores/user-code-tries.ts'
import { createTokens } from './stores/tokens.ts'
import type { Bounce } from './studip/bounce-answer.ts'
import { createBounce } from './studip/bounce.ts'
import { oneMonthAfter } from './studip/calendar-month.ts'
import { createStudipConfig, type StudipConfig } from './studip/config.ts'
import { createGate } from './studip/gate.ts'
import { openSessionStore } from './studip/open-session-store.ts'
import { createPeople } from './studip/people.ts'
import { createUsers } from './studip/users.ts'
import type { Gate } from './studip/verdict.ts'
import { createOwnAssets, type OwnAssets } from './views/own-assets.ts'
import { createViews, type Views } from './views/views.ts'

/** Everything the application needs; each member is what one part of the house asks for. */
export interface Deps extends GrantPorts, ClientAuthenticationPorts, DeviceAuthorizationPorts {
  readonly devices: Devices
  readonly deviceCodes: DeviceCodes
  readonly userCodeTries: UserCodeTries
  readonly settings: Settings
  readonly db: Knex
  readonly log: Log
  readonly metrics: Metrics
  readonly issuer: string
  readonly pkcePlain: boolean
  readonly responseIss: ResponseIss
  readonly offeredScopes: OfferedScopes
  readonly people: People
  readonly approvedBefore: ApprovedBefore
  readonly keys: KeyRing
  readonly credentials: SealingCredentials
  readonly users: Users & Usernames
  readonly secrets: RememberingClientSecrets
  readonly config: StudipConfig
  readonly gate: Gate
  readonly bounce: Bounce
  readonly views: Views
  readonly assets: OwnAssets
  readonly codes: AuthorizationCodes
  readonly approvals: Approvals
  readonly remembered: Approvals | undefined
  readonly administration: ClientAdministration
  readonly grants: Grants
  readonly publicOrigins: PublicOrigins
  /** Ends the pool and the session store's connections. */
  close(): Promise<void>
}

/** What tests replace: the clock, and where the log goes. */
export interface Outside {
  readonly now?: Now
  readonly log?: Log
  /** Where Stud.IP keeps its sessions now; what the settings say unless given. */
  readonly followSessions?: FollowSessions
}

// Signatures at once in one worker: one for each of its processors, and one that is ready when the first is done. Three at most,
// because the pool has four threads and a page needs one for its encryption.
const signaturesAtOnce = (workers: number): number => Math.min(3, Math.ceil(availableParallelism() / workers) + 1)

const systemClock: Now = () => Math.floor(Date.now() / 1000)

// Stud.IP's time zone, known without a round trip; an hour's delay after a change does no harm to a month.
const monthInStudipZone = (config: StudipConfig) => {
  let zone = 'Europe/Berlin'
  const look = () =>
    void config.global('DEFAULT_TIMEZONE').then(
      (found) => (zone = found),
      () => undefined,
    )
  look()
  setInterval(look, 3_600_000).unref()
  // Calendars are slow and requests come many to the second.
  let last = { now: Number.NaN, zone, expiry: 0 }
  return (now: number): number => {
    if (last.now !== now || last.zone !== zone) last = { now, zone, expiry: oneMonthAfter(now, zone) }
    return last.expiry
  }
}

/**
 * Joins the parts. Makes no connection but what the session store needs.
 * @throws SetupError when sessions are kept where we cannot read them
 */
export const wire = async (
  settings: Settings,
  { now = systemClock, log = createLog(settings.logLevel), followSessions }: Outside = {},
): Promise<Deps> => {
  const db = openDatabase(settings.database)
  const read = createRead(db)
  const metrics = createMetrics()
  const audited = auditLog(log)
  const audit: Audit = (event, origin) => {
    audited(event, origin)
    metrics.audit(event)
  }
  const keys = createKeyRing({ dir: settings.keysPath, now, log })
  const config = createStudipConfig({ db, settings })
  const sessions = await openSessionStore({ settings, config, ...(followSessions && { follow: followSessions }) })
  const assets = createOwnAssets()
  const credentials = createCredentials({ keys, now, signatures: signaturesAtOnce(settings.workers) })
  watchQueues(metrics, credentials, db)
  const approvals = createApprovals({
    db,
    now,
    idOf: async (userId, client) => approvalId((await keys.current()).derive('approval'), userId, client),
  })
  const partiesBy = (lookUp: LookUp) => ({
    clients: createClients(lookUp),
    users: createUsers({ lookUp, settings, now }),
  })
  const lookUp = createLookUp(read)
  const people = createPeople({ lookUp, settings })
  return {
    settings,
    db,
    log,
    metrics,
    audit,
    keys,
    config,
    assets,
    credentials,
    now,
    issuer: issuer(settings),
    pkcePlain: settings.pkcePlain,
    responseIss: settings.responseIss,
    offeredScopes: async () => {
      const { signIn } = await keys.current()
      return namesOffered({ apiRead: settings.apiRead, signIn: signIn !== undefined })
    },
    people,
    approvedBefore: async (request, client, userId) =>
      settings.rememberConsent &&
      isToldApart(client, request.redirectUri) &&
      mayPassSilently(request, client, await approvals.find(userId, client)),
    remembered: settings.rememberConsent ? approvals : undefined,
    approvals,
    idTokens: createIdTokens({
      issuer: issuer(settings),
      baseUrl: settings.baseUrl,
      people,
      sign: async (claims, accessToken) => {
        const { signIn } = await keys.current()
        return signIn && signIdToken(claims, accessToken, signIn)
      },
    }),
    refreshGraceSeconds: settings.refreshGraceSeconds,
    random: randomHex,
    hash: challengeHash,
    refreshTokenExpiry: monthInStudipZone(config),
    secrets: createClientSecrets({ now }),
    attempts: createAttempts(),
    rotationPace: createRotationPace(),
    ...partiesBy(lookUp),
    issuing: partiesBy(createLookUp(read, () => credentials.runningDry())),
    administration: createClientAdministration(db, now),
    codes: createAuthorizationCodes(db, now),
    tokens: createTokens(db, now),
    devices: createDevices(db, now),
    deviceCodes: createDeviceCodes(keys),
    devicePace: createDevicePace(),
    userCodeTries: createUserCodeTries(),
    grants: createGrants(db, now),
    publicOrigins: createPublicOrigins(db),
    gate: createGate({ read, settings, sessions, now }),
    bounce: createBounce({
      db,
      settings,
      config,
      now,
      derive: async (label) => (await keys.current()).derive(label),
      onFault: (err) => log.error({ err }, 'nobody can be sent to the login and back'),
    }),
    views: createViews({ settings, config, assets, now }),
    close: async () => {
      await Promise.all([db.destroy(), sessions.close()])
    },
  }
}

interface Pool {
  numUsed(): number
  numPendingAcquires(): number
}

const watchQueues = (metrics: Metrics, credentials: SealingCredentials, db: Knex): void => {
  const pool = (db.client as { pool: Pool }).pool
  metrics.watch(
    'signatures_under_way',
    'Access tokens being signed or waiting for it',
    () => credentials.stats().signing,
  )
  metrics.watch(
    'derived_keys_cached',
    'Keys of foreign salts in the cache',
    () => credentials.stats().derivedKeys.cached,
  )
  metrics.watch(
    'derived_keys_waiting',
    'Foreign salts waiting for their key',
    () => credentials.stats().derivedKeys.waiting,
  )
  metrics.watch('database_connections_used', 'Connections in use', () => pool.numUsed())
  metrics.watch('database_connections_awaited', 'Requests waiting for a connection', () => pool.numPendingAcquires())
}
