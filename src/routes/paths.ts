// What a path says about itself before any route is looked for (contract §10).
import type { Readers } from '../middleware/cross-origin.ts'
import { basePath } from '../settings.ts'
import type { Deps } from '../wire/deps.ts'

/** The path of the metadata document, and what RFC 8414 §3.1 puts between host and path of an issuer. */
export const wellKnown = '.well-known/oauth-authorization-server'
/** The same document where OpenID Connect Discovery §4 has it, and where RFC 8414 §5 lets it be looked for. */
export const openidWellKnown = '.well-known/openid-configuration'

/** The document of the JSON:API, our neighbour (RFC 9728 §3.1). */
export const resourceWellKnown = '.well-known/oauth-protected-resource'
/** What nginx asks about the JSON:API: outside of all our public prefixes. */
export const gatewayPath = '/.studip-oauth2/api-read'

/** What our paths begin with, the longest first. */
export const pathPrefixes = (deps: Pick<Deps, 'settings'>): readonly string[] => [
  `/${resourceWellKnown}${basePath(deps.settings)}`,
  `/${wellKnown}${basePath(deps.settings)}`,
  `/${openidWellKnown}${basePath(deps.settings)}`,
  basePath(deps.settings),
]

/** Endpoints that programs call: their errors are JSON (S-089). */
export const isForPrograms = (deps: Pick<Deps, 'settings'>) => {
  const prefix = `${basePath(deps.settings)}dispatch.php/api/oauth2/`
  const endpoint = /^(token|device_authorization|revoke|introspect|userinfo|jwks|\.well-known)(\/|$)/
  return (path: string): boolean =>
    path.startsWith('/.well-known/') ||
    path === gatewayPath ||
    (path.startsWith(prefix) && endpoint.test(path.slice(prefix.length)))
}

/** Whose scripts may read the answers at a path (D14, D34). */
export const readersOf = (deps: Pick<Deps, 'settings'>) => {
  const prefix = `${basePath(deps.settings)}dispatch.php/api/oauth2/`
  return (path: string): Readers => {
    if (path.startsWith('/.well-known/')) return 'everybody'
    const [endpoint = ''] = path.startsWith(prefix) ? path.slice(prefix.length).split('/') : []
    if (['jwks', '.well-known'].includes(endpoint)) return 'everybody'
    if (endpoint === 'userinfo') return 'bearers'
    return ['token', 'revoke', 'device_authorization'].includes(endpoint) ? 'browser-apps' : 'same-origin'
  }
}
