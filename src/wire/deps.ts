// What the application is made of, by the names that its parts ask for.
import type { Knex } from 'knex'
import type { RememberingClientSecrets } from '../crypto/client-secret.ts'
import type { SealingCredentials } from '../crypto/formats/of.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import type { KeptTokens } from '../gateway/kept-tokens.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { ResponseIss } from '../oauth/authorization-response.ts'
import type { ClientAuthenticationPorts } from '../oauth/client-authentication.ts'
import type { DeviceAuthorizationPorts } from '../oauth/device/device-authorization.ts'
import type { DeviceCodes, Devices } from '../oauth/device/ports.ts'
import type { GrantPorts } from '../oauth/grants/grant.ts'
import type {
  Approvals,
  AuthorizationCodes,
  Clients,
  Credentials,
  HeldBefore,
  OfferedScopes,
  PublicOrigins,
  Usernames,
  Users,
} from '../oauth/ports.ts'
import type { People } from '../openid/person.ts'
import type { Told } from '../openid/told.ts'
import type { Settings } from '../settings.ts'
import type { ClientAdministration } from '../stores/client-administration.ts'
import type { ClientRequests } from '../stores/client-requests.ts'
import type { SentForms } from '../stores/sent-forms.ts'
import type { Applications } from '../stores/applications.ts'
import type { Grants } from '../stores/grants.ts'
import type { UserCodeTries } from '../stores/user-code-tries.ts'
import type { Bounce } from '../studip/bounce-answer.ts'
import type { StudipConfig } from '../studip/config.ts'
import type { Gate } from '../studip/verdict.ts'
import type { OwnAssets } from '../views/own-assets.ts'
import type { Views } from '../views/views.ts'

/** Everything the application needs; each member is what one part of the house asks for. */
export interface Deps extends GrantPorts, ClientAuthenticationPorts, DeviceAuthorizationPorts {
  readonly devices: Devices
  readonly deviceCodes: DeviceCodes
  readonly userCodeTries: UserCodeTries
  readonly settings: Settings
  readonly db: Knex
  readonly log: Log
  readonly metrics: Metrics
  readonly issuer: string
  readonly pkcePlain: boolean
  readonly responseIss: ResponseIss
  readonly offeredScopes: OfferedScopes
  readonly people: People
  readonly told: Told
  /** The same clients, looked up in the company of whoever opens a page. */
  readonly clientsOfPages: Clients
  readonly heldBefore: HeldBefore
  readonly keys: KeyRing
  readonly credentials: SealingCredentials
  readonly users: Users & Usernames
  readonly secrets: RememberingClientSecrets
  readonly config: StudipConfig
  readonly gate: Gate
  readonly bounce: Bounce
  readonly views: Views
  readonly assets: OwnAssets
  readonly codes: AuthorizationCodes
  readonly applications: Applications
  readonly approvals: Approvals
  readonly remembered: Approvals | undefined
  readonly administration: ClientAdministration
  readonly requests: ClientRequests
  readonly sentForms: SentForms
  readonly requestPace: (userId: string) => number
  readonly grants: Grants
  readonly publicOrigins: PublicOrigins
  readonly keptTokens: KeptTokens
  readonly openedTokens: Credentials['openAccessToken']
  /** Ends the pool and the session store's connections. */
  close(): Promise<void>
}
