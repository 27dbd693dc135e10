// What a scope is (RFC 6749 §3.3): a name, when it is offered, and what the tokens of its grants are written in.

/** What of the installation decides which scopes are offered. */
export interface Offering {
  /** nginx asks us about sealed tokens in front of the JSON:API (D24). */
  readonly apiRead: boolean
  /** There is a key for ID tokens (D26). */
  readonly signIn: boolean
}

/** `league`: Stud.IP reads and renews them. `sealed`: only we do (D23). */
export type GrantFormat = 'league' | 'sealed'

/** What a scope means for the person who is asked to grant it, in one language. */
export interface ScopeWords {
  /** A sentence about the application. */
  readonly may: string
  /** What that means from day to day. */
  readonly such?: readonly string[]
  /** What it means besides for who may do more in Stud.IP than others (contract §3). */
  readonly forPerms?: Readonly<Partial<Record<'user' | 'autor' | 'tutor' | 'dozent' | 'admin' | 'root', string>>>
}

export interface Scope {
  readonly name: string
  readonly isOffered: (offering: Offering) => boolean
  /** Of grants with this scope and no other. */
  readonly format: GrantFormat
  /** Grants with it get a refresh token; who merely signs in gets none (OpenID Connect Core §11). */
  readonly isRenewable: boolean
  /** In which pages say what it allows, in every language of Stud.IP. */
  readonly words: Readonly<Record<'de' | 'en', ScopeWords>>
}
