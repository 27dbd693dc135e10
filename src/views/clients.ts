// Values of the pages on which a root admin looks after the clients (contract §11.3, §11.4).
import type { KeyFileState } from '../crypto/key-files.ts'
import type { ClientRegistration, RegistrationFault } from '../oauth/client-registration.ts'
import { registrationLimits } from '../oauth/client-registration.ts'
import { openid } from '../oauth/scopes/openid.ts'
import type { Settings } from '../settings.ts'
import { issuer } from '../settings.ts'
import type { RegisteredClient } from '../stores/registered-clients.ts'
import { webAddress } from './addresses.ts'
import type { OpenRequest } from './client-requests.ts'
import type { Notice } from './notice.ts'
import { registrationFaults } from './registration-faults.ts'
import type { TextKey } from './texts.ts'

export interface AdminModel {
  readonly keyFiles: readonly KeyFileState[]
  /** Sign in with Stud.IP: whether oidc.key is there and usable. */
  readonly signIn: 'on' | 'off' | 'faulty'
  readonly clients: readonly RegisteredClient[]
  readonly total: number
  readonly search: string
  /** From 1. */
  readonly page: number
  readonly pageSize: number
  readonly notice: Notice | undefined
  /** Those that wait for an answer, and how many there are in all. */
  readonly requests: readonly OpenRequest[]
  readonly requestsTotal: number
  /** CSRF token of the buttons; undefined while the key files are unusable: then there are none. */
  readonly securityToken: string | undefined
}

/** What to do about a key file. While others are there, a missing one is restored: new key files would end every token. */
const keyAdvice = (
  file: KeyFileState,
  keysPath: string,
  someExist: boolean,
): { readonly text: TextKey; readonly command: string } | undefined => {
  if (!file.exists)
    return someExist
      ? { text: 'admin.setup.missing.restore', command: file.path }
      : { text: 'admin.setup.missing.advice', command: `KEYS_PATH=${keysPath} bin/studip oauth2:keys` }
  if (!file.readable) return { text: 'admin.setup.unreadable.advice', command: `chmod 660 ${file.path}` }
  return file.modeOk ? undefined : { text: 'admin.setup.badMode.advice', command: `chmod 660 ${file.path}` }
}

const clientValues = (client: RegisteredClient) => ({
  ...client,
  homepageLink: webAddress(client.homepage)?.href,
  signsIn: client.scopes?.includes(openid.name) ?? false,
})

/** Beyond this many clients, or while one looks for some, there is a search field. */
const searchFrom = 10

/** The variables of templates/admin.ejs. */
export const adminValues = (settings: Pick<Settings, 'baseUrl' | 'keysPath'>, model: AdminModel) => ({
  ...model,
  clients: model.clients.map(clientValues),
  requests: model.requests.map((request) => ({ ...request, homepageLink: webAddress(request.homepage)?.href })),
  keyFiles: model.keyFiles.map((file) => ({
    ...file,
    advice: keyAdvice(
      file,
      settings.keysPath,
      model.keyFiles.some(({ exists }) => exists),
    ),
  })),
  endpoints: [
    { text: 'admin.endpoints.issuer', address: issuer(settings) },
    { text: 'admin.endpoints.authorize', address: `${issuer(settings)}/authorize` },
    { text: 'admin.endpoints.token', address: `${issuer(settings)}/token` },
    { text: 'admin.endpoints.device', address: `${issuer(settings)}/device_authorization` },
    { text: 'admin.endpoints.revocation', address: `${issuer(settings)}/revoke` },
    { text: 'admin.endpoints.introspection', address: `${issuer(settings)}/introspect` },
    { text: 'admin.endpoints.metadata', address: `${issuer(settings)}/.well-known/oauth-authorization-server` },
    ...(model.signIn === 'on'
      ? [
          {
            text: 'admin.endpoints.discovery',
            address: `${issuer(settings)}/.well-known/openid-configuration`,
          } as const,
        ]
      : []),
  ] satisfies { text: TextKey; address: string }[],
  searchable: model.total > searchFrom || model.search !== '',
  pages: Math.max(1, Math.ceil(model.total / model.pageSize)),
})

export interface AddClientModel {
  readonly form: ClientRegistration
  readonly faults: readonly RegistrationFault[]
  /** Schemes without a dot were allowed by the box that the form shows once there is one. */
  readonly sharedScheme: boolean
  readonly securityToken: string
}

/** The empty form. */
export const emptyRegistration: ClientRegistration = {
  name: '',
  redirect: '',
  description: '',
  confidentiality: '',
  owner: '',
  homepage: '',
  admin_notes: '',
}

/** The variables of templates/client-add.ejs: what was typed, and beside each field what is wrong with it. */
export const addClientValues = (model: AddClientModel) => ({
  ...model,
  ...registrationFaults(model, Object.keys(emptyRegistration), registrationLimits),
})

/** Deleting a client and giving it a new secret ask once more. */
export interface ConfirmClientModel {
  readonly client: RegisteredClient
  readonly securityToken: string
}
