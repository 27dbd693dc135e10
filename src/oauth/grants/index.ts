// Every grant type that the token endpoint knows (RFC 6749 §1.3). Metadata and errors read this list.
import { authorizationCode } from './authorization-code.ts'
import { deviceCode } from './device-code.ts'
import type { GrantType } from './grant.ts'
import { refreshToken } from './refresh-token.ts'

export const grantTypes: readonly GrantType[] = [authorizationCode, refreshToken, deviceCode]
