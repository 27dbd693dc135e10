// Which web origins may read what a client is answered (D14, D34, S-081).
import { loopbackOf } from './redirect-uri.ts'

/** The origins of redirect URIs, as a browser spells them. */
export interface RegisteredOrigins {
  readonly exact: ReadonlySet<string>
  /** Loopback origins without their port: any will do, as for the redirect (RFC 8252 §7.3). */
  readonly ofAnyPort: ReadonlySet<string>
}

const present = <T>(value: T | undefined): value is T => value !== undefined

const originOf = (redirectUri: string): string | undefined => {
  const [origin, scheme = ''] = /^([a-z][a-z0-9+.-]*):\/\/[^/?#\\@]+/i.exec(redirectUri) ?? []
  if (origin === undefined || !URL.canParse(origin)) return undefined
  // Of another scheme, URL says "null"; a web view sends what its page is at.
  return /^https?$/i.test(scheme) ? new URL(origin).origin : origin.toLowerCase()
}

/** Origins of redirect URIs that a browser can send, or the web view of an app, such as capacitor://localhost. */
export const registeredOrigins = (redirectUris: readonly string[]): RegisteredOrigins => ({
  exact: new Set(redirectUris.map(originOf).filter(present)),
  ofAnyPort: new Set(redirectUris.map(loopbackOf).filter(present)),
})

/** True for the value of an Origin header that is registered; ports count as they do for redirect URIs. */
export const includesOrigin = ({ exact, ofAnyPort }: RegisteredOrigins, origin: string): boolean =>
  exact.has(origin) || ofAnyPort.has(/^(http:\/\/[^/:]+|http:\/\/\[::1\]):[1-9]\d{0,4}$/.exec(origin)?.[1] ?? origin)
