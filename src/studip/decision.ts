// The decision procedure of contract §2.4: facts → one of a closed set of answers. Pure, so that every line of it is a test.
import { isTruthy } from './php-values.ts'
import { confirms, type SecondFactor } from './second-factor.ts'
import type { Session } from './session.ts'
import { levels, type BounceReason } from './verdict.ts'

/** What Stud.IP's tables say about one user. */
export interface UserFacts {
  readonly id: string
  readonly username: string
  readonly fullName: string
  readonly perms: string
  readonly locked: boolean
  /** Null: a provisional account that can never log in. */
  readonly authPlugin: string | null
  readonly visible: string
  /** Unix seconds; 0 means never. */
  readonly expirationDate: number
  /** The user's own TERMS_ACCEPTED; undefined when the global value counts. */
  readonly termsAccepted: string | undefined
  readonly preferredLanguage: string | undefined
  /** The user's own choice; undefined when the installation's default counts. */
  readonly highContrast: boolean | undefined
  readonly secondFactor: SecondFactor | undefined
}

/** Effective global configuration values (contract §6.2) that the decision depends on. */
export interface Rules {
  readonly maintenance: boolean
  readonly showTerms: boolean
  readonly termsAccepted: string
  readonly visibilityCheck: boolean
  readonly dozentAlwaysVisible: boolean
  readonly secondFactorPerms: readonly string[]
}

export interface Facts {
  readonly version: { readonly major: number; readonly minor: number }
  readonly now: number
  readonly session: Session
  /** Unix seconds of the last change; undefined where the store itself forgets old sessions. */
  readonly changed: number | undefined
  readonly sessionLifetime: number
  /** The rows of `session.userId`; undefined when there are none. */
  readonly user: UserFacts | undefined
  readonly rules: Rules
}

export type Decision = 'logged-in' | 'anonymous' | 'maintenance' | BounceReason

const allPerms: readonly string[] = levels

/** Exists, has a name, is not locked, not expired and not provisional; the same question at every redemption and refresh. */
export const mayHoldTokens = (
  user: Pick<UserFacts, 'username' | 'locked' | 'expirationDate' | 'authPlugin' | 'perms'>,
  now: number,
): boolean => {
  const expired = user.expirationDate > 0 && user.expirationDate < now
  return user.username !== '' && !user.locked && !expired && user.authPlugin !== null && allPerms.includes(user.perms)
}

const isStale = ({ changed, now, sessionLifetime }: Facts): boolean =>
  changed !== undefined && changed < now - sessionLifetime

const lacksSecondFactor = ({ session, rules, version }: Facts, { perms, secondFactor }: UserFacts): boolean =>
  rules.secondFactorPerms.includes(perms) &&
  secondFactor !== undefined &&
  secondFactor.confirmed &&
  !(session.confirmation !== undefined && confirms(session.confirmation, secondFactor, version.major))

const termsPending = ({ rules }: Facts, user: UserFacts): boolean =>
  rules.showTerms && !isTruthy(user.termsAccepted ?? rules.termsAccepted)

/** Since 5.3 lecturers can be visible without being asked. */
const visibilityPending = ({ rules, version }: Facts, { visible, perms }: UserFacts): boolean => {
  const exempt = (version.major > 5 || version.minor >= 3) && rules.dozentAlwaysVisible && perms === 'dozent'
  return rules.visibilityCheck && visible === 'unknown' && !exempt
}

/** 5.x logs in and does the work after it in one request; only 6.x has a moment between them. */
const isFreshLogin = ({ session, version }: Facts): boolean => version.major >= 6 && session.sessionStart === undefined

/** The order is Stud.IP's (contract §2.4); unknown means no (D6). */
export const decide = (facts: Facts): Decision => {
  const { session, user, rules, now } = facts
  if (session.userId === undefined || user?.id !== session.userId || !mayHoldTokens(user, now)) return 'anonymous'
  if (rules.maintenance && user.perms !== 'root') return 'maintenance'
  if (isStale(facts)) return 'stale'
  if (lacksSecondFactor(facts, user)) return 'second-factor'
  if (termsPending(facts, user)) return 'terms'
  if (visibilityPending(facts, user)) return 'visibility'
  return isFreshLogin(facts) ? 'fresh-login' : 'logged-in'
}
