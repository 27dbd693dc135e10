// What an OpenID Provider adds to the server's metadata (OpenID Connect Discovery §3, RP-Initiated Logout §2.1).
import { claimNames } from './claims.ts'
import { prompts, responseModes } from './request-checks.ts'

/** `issuer` is the URL that all endpoints start with. */
export const openidMetadata = (issuer: string) => ({
  userinfo_endpoint: `${issuer}/userinfo`,
  end_session_endpoint: `${issuer}/logout`,
  response_modes_supported: [...responseModes],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  claim_types_supported: ['normal'],
  claims_supported: [...claimNames, 'iss', 'aud', 'exp', 'iat', 'auth_time', 'nonce', 'at_hash'],
  claims_parameter_supported: false,
  request_parameter_supported: false,
  // Where it is missing it means true.
  request_uri_parameter_supported: false,
  prompt_values_supported: [...prompts],
})
