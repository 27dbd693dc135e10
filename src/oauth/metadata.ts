// Authorization server metadata (RFC 8414 §2): what works here, and no more.
import type { ResponseIss } from './authorization-response.ts'
import { grantTypes } from './grants/index.ts'

/** `issuer` is the URL that all endpoints start with. */
export const serverMetadata = ({
  issuer,
  pkcePlain,
  responseIss,
  scopes,
}: {
  issuer: string
  pkcePlain: boolean
  responseIss: ResponseIss
  /** Names of those that are offered. */
  scopes: readonly string[]
}) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  device_authorization_endpoint: `${issuer}/device_authorization`,
  revocation_endpoint: `${issuer}/revoke`,
  introspection_endpoint: `${issuer}/introspect`,
  scopes_supported: scopes,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: grantTypes.map(({ name }) => name),
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  code_challenge_methods_supported: pkcePlain ? ['S256', 'plain'] : ['S256'],
  authorization_response_iss_parameter_supported: responseIss === 'always',
  ui_locales_supported: ['de', 'en'],
})
