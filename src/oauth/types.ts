// The values of the protocol, in the words of RFC 6749. Nothing here knows HTTP, SQL or PHP.

/** A registered client (RFC 6749 §2). Suspended clients are never represented: a store answers undefined. */
export interface Client {
  /** Decimal digits without a leading zero, up to 2^64−1 (contract §8); never a Number. */
  readonly id: string
  readonly name: string
  /** bcrypt hash of the client secret; null for a public client. */
  readonly secretHash: string | null
  readonly redirectUris: readonly string[]
  readonly description: string
  /** Who develops the client, free text. */
  readonly owner: string
  /** Homepage of the developer: untrusted text, possibly not even a URL. */
  readonly homepage: string
  /** Unix seconds of the last change, here or in Stud.IP. */
  readonly changedAt: number
}

/** Parameters of a query or a form, each with all values sent for it. */
export type RawParameters = Readonly<Record<string, readonly string[]>>

/** Parameters that occur once each and are not empty (RFC 6749 §3.1: a parameter without a value is omitted). */
export type Parameters = Readonly<Record<string, string>>

/** PKCE as requested (RFC 7636 §4.3). */
export interface CodeChallenge {
  readonly challenge: string
  readonly method: 'S256' | 'plain'
}

/** An authorization request that passed every check of RFC 6749 §4.1.1 and RFC 7636 §4.3. */
export interface AuthorizationRequest {
  readonly clientId: string
  /** Where the answer goes, byte for byte: the requested URI, else the only registered one. */
  readonly redirectUri: string
  /** What the client sent as redirect_uri; undefined when it sent none (RFC 6749 §4.1.3 then asks none at redemption). */
  readonly requestedRedirectUri: string | undefined
  readonly scopes: readonly string[]
  readonly state: string | undefined
  readonly codeChallenge: CodeChallenge | undefined
  /** What it says beyond that about the sign-in, as it was sent (OpenID Connect Core §3.1.2.1). */
  readonly signIn?: Parameters | undefined
}

/** An authorization code as its text carries it. Times are unix seconds. */
export interface AuthorizationCode {
  readonly id: string
  readonly clientId: string
  readonly userId: string
  readonly scopes: readonly string[]
  /** The redirect_uri parameter of the authorization request; undefined when there was none. */
  readonly redirectUri: string | undefined
  readonly codeChallenge: CodeChallenge | undefined
  /** As the client sent it, for the ID token (OpenID Connect Core §2). */
  readonly nonce?: string | undefined
  /** Unix seconds of the user's login. */
  readonly authTime?: number | undefined
  readonly expiresAt: number
}

/** A refresh token as its text carries it. Times are unix seconds. */
export interface RefreshToken {
  readonly id: string
  readonly accessTokenId: string
  readonly clientId: string
  readonly userId: string
  readonly scopes: readonly string[]
  readonly expiresAt: number
}

/** An access token as its text carries it. Times are unix seconds. */
export interface AccessToken {
  readonly id: string
  readonly clientId: string
  readonly userId: string
  readonly scopes: readonly string[]
  readonly issuedAt: number
  readonly expiresAt: number
}

/** What one redemption or refresh issues; both carry the grant's prefix in their ids (D2). */
export interface TokenPair {
  readonly accessToken: AccessToken
  readonly refreshToken: RefreshToken
  /** True where only the row of the refresh token is made: it stands for the grant while the access token lives. */
  readonly withheld?: boolean
}

/** RFC 6749 §5.1. `scope` is what was granted, whatever was asked for. */
export interface TokenResponse {
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly access_token: string
  /** Not where the scopes give none (OpenID Connect Core §11). */
  readonly refresh_token?: string
  /** Where somebody signs in (OpenID Connect Core §3.1.3.3). */
  readonly id_token?: string
  readonly scope: string
}
