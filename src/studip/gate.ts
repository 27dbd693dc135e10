// The gate: who is this request, and may they (D6)? Nothing else in the service looks at cookies or sessions of Stud.IP.
import { LRUCache } from 'lru-cache'
import type { Now } from '../oauth/ports.ts'
import type { Settings } from '../settings.ts'
import type { LookUp } from '../stores/lookups.ts'
import { decide, type Decision, type Facts } from './decision.ts'
import { createFactsReader, type FactsRead, type ReadFacts } from './facts.ts'
import { chooseLanguage } from './language.ts'
import { sessionIdOf } from './session-cookie.ts'
import type { JoinedStore, SessionStore, StoredSession } from './session-store.ts'
import { parseSession, type Session } from './session.ts'
import { isStaleReturn } from './trampoline-url.ts'
import type { Gate, GateRequest, Perms, Verdict } from './verdict.ts'

export interface GateDeps {
  readonly lookUp: LookUp
  readonly settings: Pick<
    Settings,
    'studipVersion' | 'configOverrides' | 'sessionCookie' | 'sessionLifetime' | 'baseUrl'
  >
  readonly sessions: SessionStore
  readonly now: Now
}

interface Found extends FactsRead {
  readonly session: Session
}

const noBytes = Buffer.alloc(0)

/** Session and rows of its user. */
type Look = (sessionId: string | undefined, now: number) => Promise<Found>

/**
 * Looks a session up in one round trip when we have seen it before: then we expect a user, and read that user's rows
 * along. The expectation is never believed; when the session names another one, a second query reads the right rows.
 */
const lookInDatabase =
  (store: JoinedStore, readFacts: ReadFacts, expected: LRUCache<string, string>, major: number) =>
  async (id: string, now: number): Promise<Found> => {
    const read = async (userId: string | undefined): Promise<Found> => {
      const facts = await readFacts({ userId, session: { store, id, now } })
      return { ...facts, session: parseSession(facts.stored?.bytes ?? noBytes, major) }
    }
    const guess = expected.get(id)
    const found = await read(guess)
    const { userId } = found.session
    if (userId === undefined || userId === guess) return found
    expected.set(id, userId)
    return read(userId)
  }

const createLook = ({ lookUp, settings, sessions }: GateDeps): Look => {
  const { major } = settings.studipVersion
  const readFacts = createFactsReader({ lookUp, settings })
  const expected = new LRUCache<string, string>({ max: 10_000 })
  const withoutStore = async (stored: StoredSession | undefined): Promise<Found> => {
    const session = parseSession(stored?.bytes ?? noBytes, major)
    return { ...(await readFacts({ userId: session.userId })), stored, session }
  }
  return async (sessionId, now) => {
    if (sessionId === undefined) return withoutStore(undefined)
    const store = await sessions.current()
    return store.kind === 'joined'
      ? lookInDatabase(store, readFacts, expected, major)(sessionId, now)
      : withoutStore(await store.read(sessionId, now))
  }
}

/** What of a user counts for the way to read our pages: the language of whoever is known, the contrast of whoever is logged in. */
const readingOf = (decision: Decision, { session, user, defaultLanguage }: Found, { acceptLanguage }: GateRequest) => ({
  ...chooseLanguage({
    session: session.language,
    preferred: decision === 'anonymous' ? undefined : user?.preferredLanguage,
    acceptLanguage,
    fallback: defaultLanguage,
  }),
  highContrast: session.highContrast || (decision === 'logged-in' ? user?.highContrast : undefined),
})

const verdictOf = (
  decision: Decision,
  found: Found,
  request: GateRequest,
  sessionId: string | undefined,
  settings: GateDeps['settings'],
): Verdict => {
  const { session, user, rules } = found
  const reading = readingOf(decision, found, request)
  if (decision === 'logged-in' && user && sessionId) {
    const { id, username, fullName, perms } = user
    const loginAt = session.sessionStart ?? found.stored?.changed
    return {
      kind: 'logged-in',
      user: { id, username, fullName, perms: perms as Perms },
      sessionId,
      loginAt,
      ...reading,
    }
  }
  if (decision === 'anonymous' || decision === 'logged-in') {
    return {
      kind: 'anonymous',
      staleReturn: isStaleReturn(session.redirectAfterLogin, settings),
      maintenance: rules.maintenance,
      ...reading,
    }
  }
  return decision === 'maintenance'
    ? { kind: 'maintenance', ...reading }
    : { kind: 'bounce', reason: decision, ...reading }
}

/** Decides afresh at every call; what it costs is measured in test/studip/gate-cost.test.ts. */
export const createGate = (deps: GateDeps): Gate => {
  const look = createLook(deps)
  const { studipVersion: version, sessionLifetime, sessionCookie } = deps.settings
  return {
    async identify(request) {
      const now = deps.now()
      const sessionId = sessionIdOf(request.cookie, sessionCookie)
      const found = await look(sessionId, now)
      const { session, user, rules, stored } = found
      const facts: Facts = { version, now, session, changed: stored?.changed, sessionLifetime, user, rules }
      return verdictOf(decide(facts), found, request, sessionId, deps.settings)
    },
  }
}
