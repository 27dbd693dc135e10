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

export interface Scope {
  readonly name: string
  readonly isOffered: (offering: Offering) => boolean
  /** Of grants with this scope and no other. */
  readonly format: GrantFormat
  /** Grants with it get a refresh token; who merely signs in gets none (OpenID Connect Core §11). */
  readonly isRenewable: boolean
  /** Key of the text in which pages say what it allows. */
  readonly text: `scope.${string}`
}
