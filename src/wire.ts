// The only place where the parts are joined: settings → everything the application needs.
import { availableParallelism } from 'node:os'
import { bounds } from './bounds.ts'
import type { FollowSessions } from './config/follow-sessions.ts'
import { challengeHash } from './crypto/challenge-hash.ts'
import { createClientSecrets } from './crypto/client-secret.ts'
import { createCredentials } from './crypto/formats/of.ts'
import { createDeviceCodes } from './crypto/formats/device-code.ts'
import { createKeyRing } from './crypto/key-ring.ts'
import { randomHex } from './crypto/random.ts'
import { createTurns } from './crypto/turns.ts'
import { auditLog, createLog, type Log } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { Audit, Now } from './oauth/ports.ts'
import { issuer, type Settings } from './settings.ts'
import { createAttempts } from './stores/attempts.ts'
import { createAuthorizationCodes } from './stores/authorization-codes.ts'
import { createCredentialPace } from './stores/credential-pace.ts'
import { createClients } from './stores/clients.ts'
import { createClientAdministration } from './stores/client-administration.ts'
import { createClientRequests } from './stores/client-requests.ts'
import { createSentForms } from './stores/sent-forms.ts'
import { openDatabase } from './stores/database.ts'
import { createDevicePace } from './stores/device-pace.ts'
import { createDevices } from './stores/devices.ts'
import { createGrants } from './stores/grants.ts'
import { createPublicOrigins } from './stores/public-origins.ts'
import { createLookUp } from './stores/lookups.ts'
import { createRead } from './stores/reads.ts'
import { createRequestPace } from './stores/request-pace.ts'
import { createUserCodeTries } from './stores/user-code-tries.ts'
import { createTokens } from './stores/tokens.ts'
import { createBounce } from './studip/bounce.ts'
import { createStudipConfig } from './studip/config.ts'
import { createGate } from './studip/gate.ts'
import { openSessionStore } from './studip/open-session-store.ts'
import { createSurroundings } from './studip/surroundings.ts'
import { iconStylesheet } from './views/icons.ts'
import { createOddities } from './views/oddities.ts'
import { createOwnAssets } from './views/own-assets.ts'
import { createViews } from './views/views.ts'
import { createRefreshTokenExpiry } from './studip/refresh-token-expiry.ts'
import { wireApprovals } from './wire/approvals.ts'
import type { Deps } from './wire/deps.ts'
import { wireGateway } from './wire/gateway.ts'
import { wireParties } from './wire/parties.ts'
import { watchQueues } from './wire/queues.ts'
import { wireSignIn } from './wire/sign-in.ts'

/** What tests replace: the clock, and where the log goes. */
export interface Outside {
  readonly now?: Now
  readonly log?: Log
  /** Where Stud.IP keeps its sessions now; what the settings say unless given. */
  readonly followSessions?: FollowSessions
  /** Seconds in which this process could answer nobody lately; none unless given. */
  readonly standstill?: () => number
}

// Signatures at once in one worker: one for each of its processors, and one that is ready when the first is done. Three at most,
// because the pool has four threads and a page needs one for its encryption.
const signaturesAtOnce = (workers: number): number => Math.min(3, Math.ceil(availableParallelism() / workers) + 1)

const systemClock: Now = () => Math.floor(Date.now() / 1000)

/**
 * Joins the parts. Makes no connection but what the session store needs.
 * @throws SetupError when sessions are kept where we cannot read them
 */
export const wire = async (
  settings: Settings,
  { now = systemClock, log = createLog(settings.logLevel), followSessions, standstill = () => 0 }: Outside = {},
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
  const assets = createOwnAssets({ 'icons.css': iconStylesheet(settings) })
  const tellOdd = createOddities(log)
  const credentials = createCredentials({ keys, now, signatures: signaturesAtOnce(settings.workers) })
  const turns = createTurns()
  watchQueues(metrics, credentials, db)
  const lookUp = createLookUp(read)
  // By itself: whoever holds the table of the sessions must keep no token waiting.
  const ofPages = createLookUp(read)
  return {
    ...wireParties({ read, lookUp, credentials, settings, now }),
    ...wireSignIn({ keys, lookUp, settings }),
    ...wireApprovals({ db, read, lookUp: ofPages, keys, now, settings }),
    ...wireGateway({ keys, credentials, turns, now }),
    clientsOfPages: createClients(ofPages),
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
    // Time that nobody could be answered in does not count; where there is no window, there is none (D8, S-113).
    refreshGrace: () => settings.refreshGraceSeconds && settings.refreshGraceSeconds + standstill(),
    random: randomHex,
    hash: challengeHash,
    refreshTokenExpiry: createRefreshTokenExpiry(config),
    secrets: createClientSecrets({ now }),
    attempts: createAttempts(),
    turns,
    rotationPace: createCredentialPace(bounds.rotations),
    redemptionPace: createCredentialPace(bounds.redemptions),
    administration: createClientAdministration(db, now),
    requests: createClientRequests(db, now),
    sentForms: createSentForms(db, now),
    requestPace: createRequestPace(),
    codes: createAuthorizationCodes(db, now),
    tokens: createTokens(db, now, read, lookUp),
    devices: createDevices(db, now),
    deviceCodes: createDeviceCodes(keys),
    devicePace: createDevicePace(),
    userCodeTries: createUserCodeTries(),
    grants: createGrants(db, now),
    publicOrigins: createPublicOrigins(db),
    gate: createGate({ lookUp: ofPages, settings, sessions, now }),
    bounce: createBounce({
      db,
      settings,
      config,
      now,
      derive: async (label) => (await keys.current()).derive(label),
      onFault: (err) => log.error({ err }, 'nobody can be sent to the login and back'),
    }),
    views: createViews({
      settings,
      config,
      assets,
      now,
      tellOdd,
      surroundings: createSurroundings({ db, settings, tellOdd }),
    }),
    close: async () => {
      await Promise.all([db.destroy(), sessions.close()])
    },
  }
}
