// Values of the pages on which a root admin looks after the clients (contract §11.3, §11.4).
import { bounds } from '../bounds.ts'
import type { KeyFileState } from '../crypto/key-files.ts'
import type { ClientRegistration, RegistrationFault } from '../oauth/client-registration.ts'
import { registrationLimits } from '../oauth/client-registration.ts'
import { email } from '../oauth/scopes/email.ts'
import { openid } from '../oauth/scopes/openid.ts'
import { profile } from '../oauth/scopes/profile.ts'
import type { Settings } from '../settings.ts'
import { basePath, issuer } from '../settings.ts'
import type { RegisteredClient } from '../stores/registered-clients.ts'
import { webAddress } from './addresses.ts'
import type { OpenRequest } from './client-requests.ts'
import { clientFilters, headingOf, listQuery, type Heading, type ListState } from './list-state.ts'
import type { Notice } from './notice.ts'
import { oddLettersOf } from '../oauth/odd-letters.ts'
import { registrationFaults } from './registration-faults.ts'
import type { TextKey } from './texts.ts'

export interface AdminModel {
  readonly keyFiles: readonly KeyFileState[]
  /** Sign in with Stud.IP: whether oidc.key is there and usable. */
  readonly signIn: 'on' | 'off' | 'faulty'
  readonly clients: readonly RegisteredClient[]
  readonly total: number
  readonly list: ListState
  readonly pageSize: number
  /** True where the use of so many clients cannot be counted, so that order or filter by it were left out. */
  readonly isUncounted: boolean
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
  // Closed without its group, a file of root would shut out PHP and this service, which read it as everybody does.
  const command = `chgrp www-data ${file.path} && chmod 660 ${file.path}`
  if (!file.readable) return { text: 'admin.setup.unreadable.advice', command }
  return file.modeOk ? undefined : { text: 'admin.setup.badMode.advice', command }
}

/** What a client is told of people when they sign in with it. */
const told = [
  { scope: openid.name, text: 'clients.told.openid' },
  { scope: profile.name, text: 'clients.told.profile' },
  { scope: email.name, text: 'clients.told.email' },
] as const satisfies readonly { scope: string; text: TextKey }[]

const clientValues = (client: RegisteredClient) => {
  const signsIn = client.scopes?.includes(openid.name) ?? false
  return {
    ...client,
    homepageLink: webAddress(client.homepage)?.href,
    oddLetters: oddLettersOf(client),
    signsIn,
    told: signsIn ? told.filter(({ scope }) => client.scopes?.includes(scope)).map(({ text }) => text) : [],
  }
}

/** Beyond this many clients, or while one looks for some, there is a search field. */
const searchFrom = 10

const headings = [
  { by: 'name', text: 'clients.name' },
  { by: 'used', text: 'clients.lastUsed' },
  { by: 'created', text: 'clients.created' },
] as const satisfies readonly { by: Heading['by']; text: TextKey }[]

/** What the list of clients shows around its lines; every address keeps search, filter and order. */
const listValues = (settings: Pick<Settings, 'baseUrl'>, { list, total, pageSize }: AdminModel) => {
  const at = (changes: Partial<ListState>) =>
    `${basePath(settings)}dispatch.php/admin/oauth2${listQuery(list, changes)}`
  const isNarrowed = list.search !== '' || list.only !== undefined
  return {
    search: list.search,
    only: list.only,
    sort: list.sort,
    page: list.page,
    here: listQuery(list),
    longestSearch: bounds.search.most,
    filters: clientFilters.map((value) => ({ value, text: `admin.only.${value}` as const })),
    headings: headings.map(({ by, text }) => {
      const { order, next } = headingOf(by, list)
      return { text, order, address: at({ sort: next, page: 1 }) }
    }),
    isNarrowed,
    reset: at({ search: '', only: undefined, page: 1 }),
    to: (page: number) => at({ page }),
    searchable: total > searchFrom || isNarrowed,
    pages: Math.max(1, Math.ceil(total / pageSize)),
  }
}

/** The variables of templates/admin.ejs. */
export const adminValues = (settings: Pick<Settings, 'baseUrl' | 'keysPath'>, model: AdminModel) => ({
  ...model,
  ...listValues(settings, model),
  clients: model.clients.map(clientValues),
  requests: model.requests.map((request) => ({
    ...request,
    oddLetters: oddLettersOf(request),
    homepageLink: webAddress(request.homepage)?.href,
  })),
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
})

export interface AddClientModel {
  readonly form: ClientRegistration
  readonly faults: readonly RegistrationFault[]
  /** Schemes without a dot were allowed by the box that the form shows once there is one. */
  readonly sharedScheme: boolean
  /** Whether a client can sign people in here. */
  readonly signIn: boolean
  /** Where in the list one came from, and goes back to. */
  readonly list: ListState
  /** Of this rendering: by it the same form is known again. */
  readonly formKey: string
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
  here: listQuery(model.list),
  ...registrationFaults(model, Object.keys(emptyRegistration), registrationLimits),
})

/** Deleting a client and giving it a new secret ask once more. */
export interface ConfirmClientModel {
  readonly client: RegisteredClient
  /** Where in the list one came from, and goes back to. */
  readonly list: ListState
  readonly securityToken: string
}
