// One way of writing what clients carry. Which one a grant speaks is decided in of.ts alone (D23).
import type { Asker } from '../../oauth/ports.ts'
import type { Recipient } from '../../oauth/recipient.ts'
import type { AccessToken, AuthorizationCode, RefreshToken } from '../../oauth/types.ts'

/** All methods reject with SetupError while the key files are unusable. `open…` answers undefined for anything else than what its `seal…` makes. */
export interface CredentialFormat {
  sealCode(code: AuthorizationCode): Promise<string>
  /** `asker` waits its turn where opening takes long. */
  openCode(text: string, asker?: Asker): Promise<AuthorizationCode | undefined>
  sealRefreshToken(token: RefreshToken): Promise<string>
  openRefreshToken(text: string, asker?: Asker): Promise<RefreshToken | undefined>
  /** Rejects with RecipientLeft when nobody waits any more for what takes long. */
  sealAccessToken(token: AccessToken, recipient?: Recipient): Promise<string>
  openAccessToken(text: string): Promise<AccessToken | undefined>
}
