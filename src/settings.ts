// The settings of a running service: one frozen value, read once by config.ts.
import type { Perms } from './studip/verdict.ts'

export interface StudipVersion {
  readonly major: number
  readonly minor: number
  readonly text: string
}

export type Listen = { readonly host: string; readonly port: number } | { readonly path: string }

export interface DatabaseSettings {
  readonly host?: string
  readonly port?: number
  readonly socketPath?: string
  readonly user: string
  readonly password: string
  readonly database: string
  /** Undefined: no TLS. */
  readonly tls?: DatabaseTls
}

export interface DatabaseTls {
  /** False encrypts, but takes whoever answers for the server. */
  readonly verify: boolean
  /** Path and PEM text of the authorities that may sign; those of the system where it is not given. */
  readonly authorities?: { readonly path: string; readonly pem: string }
}

export interface Settings {
  /** The Stud.IP installation, absolute; undefined when everything else is set by hand. */
  readonly studipPath: string | undefined
  readonly studipVersion: StudipVersion
  /** Public URL of Stud.IP with sub-path and trailing slash, e.g. https://studip.example.org/studip/ */
  readonly baseUrl: string
  readonly database: DatabaseSettings
  /** Folder of private.key, public.key and encryption_key.php. */
  readonly keysPath: string
  readonly listen: Listen
  /** Own loopback listener for /healthz, /readyz and /metrics; undefined when off. */
  readonly metricsListen: Listen | undefined
  readonly sessionStore: 'database' | 'cache'
  /** Name of Stud.IP's session cookie. */
  readonly sessionCookie: string
  /** Seconds after which a session row is stale (contract §1.6): 7200 in 6.x, 86400 in 5.x unless set. */
  readonly sessionLifetime: number
  /** DB_STUDIP_HOST and DB_STUDIP_DATABASE as PHP spells them: the prefix of cache keys (contract §1.2). */
  readonly cacheKeyPrefix: { readonly host: string; readonly database: string }
  /** Folder of Stud.IP's file cache where SYSTEMCACHE does not name one. */
  readonly fileCachePath: string | undefined
  /** Where Stud.IP's stylesheets and icons are: an absolute URL or path with trailing slash. */
  readonly assetsUrl: string
  /** STUDIP_CONFIG_<FIELD> overrides of 6.x, FIELD → raw text (contract §6.2). */
  readonly configOverrides: Readonly<Record<string, string>>
  readonly workers: number
  readonly logLevel: string
  /** Grace window of D8 in seconds; 0 turns it off. */
  readonly refreshGraceSeconds: number
  /** False refuses the PKCE method plain (D14). */
  readonly pkcePlain: boolean
  /** Which authorization responses carry `iss` (D32). */
  readonly responseIss: 'openid' | 'always'
  /** True offers the scope api.read (D24). */
  readonly apiRead: boolean
  /** False asks at every sign-in (D25). */
  readonly rememberConsent: boolean
  /** The least level that may ask for a client (D35). */
  readonly clientRequests: Perms | 'off'
}

/** Path of BASE with leading and trailing slash, e.g. `/` or `/studip/`. */
export const basePath = (settings: Pick<Settings, 'baseUrl'>): string => new URL(settings.baseUrl).pathname
/** The issuer of RFC 8414 §2 and RFC 9207. */
export const issuer = (settings: Pick<Settings, 'baseUrl'>): string => `${settings.baseUrl}dispatch.php/api/oauth2`
