// What the protocol needs from outside, one small interface each. Shells implement them (stores/, crypto/, studip/).
import type { RegisteredOrigins } from './cors.ts'
import type { Recipient } from './recipient.ts'
import type { AccessToken, AuthorizationCode, Client, RefreshToken, TokenPair } from './types.ts'

/** Unix seconds, whole. */
export type Now = () => number

export interface Clients {
  /** Undefined when unknown or suspended. Read afresh at every call, so that a suspension holds at once (D10). */
  find(id: string): Promise<Client | undefined>
}

/** Web origins of the redirect URIs of public clients (D14). */
export interface BrowserApps {
  /** Of all of them. */
  readonly any: RegisteredOrigins
  /** Undefined for a confidential, suspended or unknown client. */
  of(clientId: string): RegisteredOrigins | undefined
}
export type PublicOrigins = () => Promise<BrowserApps>

/** Outcome of a conditional redemption: `replayed` when the row was there but used before, `unknown` when no row matches. */
export type Redemption = 'redeemed' | 'replayed' | 'unknown'
/**
 * `rotated` and `in-grace` issued the pair. `spent`: rotated within the grace window, but a successor is in use, or it has
 * yielded as many pairs as it may. `replayed`: rotated before, also when its row was purged, and its grant lives. `unknown`:
 * the grant is over.
 */
export type Rotation = 'rotated' | 'in-grace' | 'spent' | 'replayed' | 'unknown'

export interface AuthorizationCodes {
  /** Stores a fresh code. False when the id exists already: the consent was used before (D7). */
  insert(code: AuthorizationCode): Promise<boolean>
  /** Unix seconds until which this code may still be redeemed; undefined when it was, or is not there, or is too old. */
  unredeemedUntil(id: string): Promise<number | undefined>
  /** Makes sure that this code can not be redeemed, if it was issued at all. False when it has been redeemed. */
  withdraw(id: string): Promise<boolean>
}

/** What users approved once and need not approve again (D25). Whatever changes the client ends it. */
export interface Approvals {
  /** The scopes that this user has approved for the client; none when nothing is remembered. `perms`: the user's level, where this request read it. */
  find(userId: string, client: Client, perms?: string): Promise<readonly string[]>
  /** Adds the scopes of this code to what is remembered, for a year from now; nothing when the code was revoked or withdrawn meanwhile. */
  remember(code: AuthorizationCode, client: Client): Promise<void>
  /** Stores a code that an approval answers for. False, and no code, unless the approval still holds all of it and the client is as it was. */
  pass(code: AuthorizationCode, client: Client): Promise<boolean>
  forget(userId: string, clientId: string): Promise<void>
  forgetAllOf(userId: string): Promise<void>
}

export interface Tokens {
  /** Marks the code as used and stores the pair, in one transaction (D8). @throws RecipientLeft before it begins */
  redeem(code: AuthorizationCode, pair: TokenPair, recipient?: Recipient): Promise<Redemption>
  /** Marks the refresh token and its access token as used and stores the pair, in one transaction (D8). @throws RecipientLeft before it begins */
  rotate(presented: RefreshToken, pair: TokenPair, graceSeconds: number, recipient?: Recipient): Promise<Rotation>
  /** Makes the code good again whose pair nobody received; false when the pair was used or revoked meanwhile. */
  takeBackRedemption(code: AuthorizationCode, pair: TokenPair): Promise<boolean>
  /** The same for a refresh token. */
  takeBackRotation(presented: RefreshToken, pair: TokenPair): Promise<boolean>
  /** Revokes every code, access and refresh token whose id starts with the grant's 32 hex characters (D2). */
  revokeGrant(grantId: string): Promise<void>
  /** Revokes the grant of a replayed code or refresh token, and whatever Stud.IP's own server may have made of it. */
  revokeReplayed(presented: AuthorizationCode | RefreshToken): Promise<void>
  /**
   * After a redemption: ends the grants of this user and client beyond the bound, those unused the longest first. A fault of
   * the database leaves it to the next redemption, because the answer to this one is due. @returns the grants that ended
   */
  endOldestGrants(of: {
    readonly userId: string
    readonly clientId: string
    /** The grant that has just begun. */
    readonly newest: string
  }): Promise<readonly string[]>
  /** Revokes one access token of this client; nothing happens when it is not there. */
  revokeAccessToken(id: string, clientId: string): Promise<void>
  /** The row of an access token, undefined when missing or revoked. */
  findLiveAccessToken(id: string): Promise<Omit<AccessToken, 'issuedAt'> | undefined>
  /** True while the refresh token's row exists and is not revoked. */
  isLiveRefreshToken(id: string): Promise<boolean>
}

/** May this user hold tokens now? contract §2.4, last paragraph. `maintenance` refuses everybody but root. */
export type UserState = 'active' | 'refused' | 'maintenance'
export interface Users {
  stateOf(userId: string): Promise<UserState>
}
export interface Usernames {
  /** The name that this user logs in with; undefined when there is no such user. */
  usernameOf(userId: string): Promise<string | undefined>
}

/** Who asks for work that waits in a queue. */
export interface Asker {
  /** Senders that share one take turns with the others (networkOf). */
  readonly network: string
  /** True while failures before make this try stand behind the others. */
  readonly isSuspect: () => boolean
  readonly recipient: Recipient
}

/**
 * Does the work for a credential of this user and client, a few at a time; for whom it is done rests as soon as he only waits.
 * @throws OAuthError temporarily_unavailable without a place, RecipientLeft
 */
export type Turns = <T>(
  whose: { readonly userId: string; readonly clientId: string },
  asker: Asker,
  work: (recipient: Recipient) => Promise<T>,
) => Promise<T>

/** A redemption by which somebody signs in. Times are unix seconds. */
export interface SignedIn {
  readonly clientId: string
  readonly userId: string
  readonly scopes: readonly string[]
  readonly nonce: string | undefined
  readonly authTime: number | undefined
  readonly issuedAt: number
  /** Its text, which the ID token is bound to: being signed while everything else is looked up. */
  readonly accessToken: Promise<string>
}
/** The ID token (OpenID Connect Core §2); undefined where there is no key for it. */
export type IdTokens = (signedIn: SignedIn) => Promise<string | undefined>

/** Names of the scopes that this user has allowed the client, by a live grant or an approval of before: `approved`, where that was asked already. */
export type HeldBefore = (
  userId: string,
  client: Client,
  approved?: readonly string[] | Promise<readonly string[]>,
) => Promise<readonly string[]>

/** Names of the scopes that are offered at this moment. */
export type OfferedScopes = () => Promise<readonly string[]>

/**
 * What clients carry: `seal…` writes it in the format of the grant's scopes, `open…` reads every format (D23) and answers
 * undefined for anything not made with our keys or of another kind.
 */
export interface Credentials {
  /** True when opening this text is cheap: its salt is our own or was derived lately, so no PBKDF2 is due (D4). */
  knowsSalt(text: string): boolean
  /** True where an access token of this grant has to wait for a signature (D22). */
  areSigned(scopes: readonly string[]): boolean
  sealCode(code: AuthorizationCode): Promise<string>
  openCode(text: string, asker?: Asker): Promise<AuthorizationCode | undefined>
  sealRefreshToken(token: RefreshToken): Promise<string>
  openRefreshToken(text: string, asker?: Asker): Promise<RefreshToken | undefined>
  /** Throws SetupError when the key files are unusable, RecipientLeft when nobody waits any more for a signature. */
  sealAccessToken(token: AccessToken, recipient?: Recipient): Promise<string>
  /** Also what Stud.IP signed. The expiry is the caller's. */
  openAccessToken(text: string): Promise<AccessToken | undefined>
}

export interface ClientSecrets {
  /** Compares with the bcrypt hash; remembers the outcome for a few minutes (D15). `before` runs after the wait for a place; what it throws ends the try. */
  verify(clientId: string, secret: string, hash: string, asker?: Asker, before?: () => void): Promise<boolean>
}

/** `bytes` random bytes as lower-case hex, from the system's CSPRNG. */
export type RandomHex = (bytes: number) => string

/** Something that happened and that an operator may have to account for. Never a secret, code, token or cookie. */
export interface AuditEvent {
  readonly event:
    | 'consent.approved'
    | 'consent.denied'
    | 'consent.passed'
    | 'code.redeemed'
    | 'code.replayed'
    | 'code.taken-back'
    | 'token.refreshed'
    | 'token.refreshed-in-grace'
    | 'token.replayed'
    | 'token.taken-back'
    | 'token.revoked'
    | 'grant.revoked'
    | 'device.requested'
    | 'device.approved'
    | 'device.denied'
    | 'device.code-unknown'
    | 'device.redeemed'
    | 'client.added'
    | 'client.deleted'
    | 'client.suspended'
    | 'client.resumed'
    | 'client.secret-renewed'
    | 'client.requested'
    | 'client.approved'
    | 'client.rejected'
    | 'client.withdrawn'
    | 'request.refused'
    | 'request.throttled'
  readonly clientId?: string
  readonly userId?: string
  readonly grantId?: string
  readonly reason?: string
  /** The route of a refused request. */
  readonly endpoint?: string
  /** What else its line says, each as text that cannot be mistaken for more than one line. */
  readonly details?: Readonly<Record<string, string | number | undefined>>
}
/** The request that an event belongs to. `address` is the client's as nginx forwards it. */
export interface RequestOrigin {
  readonly requestId: string
  readonly address: string
}
export type Audit = (event: AuditEvent, origin: RequestOrigin) => void
