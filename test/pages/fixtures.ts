// What the page tests render: views on a fixed clock, and values of every kind.
import { guideHtml, guideText } from '../../src/views/guide.ts'
import type { KeyFileState } from '../../src/crypto/key-files.ts'
import type { RegistrationFault } from '../../src/oauth/client-registration.ts'
import type { RequestFault } from '../../src/oauth/client-request.ts'
import type { StudipVersion } from '../../src/settings.ts'
import type { Language, Perms, StudipUser } from '../../src/studip/verdict.ts'
import type { Application, Connection } from '../../src/stores/applications.ts'
import type { RegisteredClient } from '../../src/stores/registered-clients.ts'
import type { RequestedClient } from '../../src/stores/client-requests.ts'
import { emptyRequest, type OpenRequest } from '../../src/views/client-requests.ts'
import type { ApplicationsModel } from '../../src/views/applications.ts'
import type { AdminModel } from '../../src/views/clients.ts'
import { emptyRegistration } from '../../src/views/clients.ts'
import { wholeList } from '../../src/views/list-state.ts'
import type { ConsentModel } from '../../src/views/consent.ts'
import type { ErrorKind } from '../../src/views/error-pages.ts'
import { errorPages } from '../../src/views/error-pages.ts'
import type { PageContext } from '../../src/views/page.ts'
import type { Notice } from '../../src/views/notice.ts'
import { createOwnAssets } from '../../src/views/own-assets.ts'
import type { Surroundings } from '../../src/studip/surroundings.ts'
import { iconStylesheet } from '../../src/views/icons.ts'
import type { ViewDeps, Views } from '../../src/views/views.ts'
import { createViews } from '../../src/views/views.ts'

export const NOW = 1_795_000_000
export const versions: Readonly<Record<string, StudipVersion>> = {
  '5.2': { major: 5, minor: 2, text: '5.2' },
  '5.4': { major: 5, minor: 4, text: '5.4.11' },
  '6.0': { major: 6, minor: 0, text: '6.0.2' },
  '6.1': { major: 6, minor: 1, text: '6.1' },
  main: { major: 6, minor: 3, text: '6.3alpha' },
}

/** An installation whose tables say nothing about the frame, and whose users set no picture. */
export const plainSurroundings: Surroundings = {
  site: () => Promise.resolve({ themeChangedAt: undefined, pages: undefined }),
  person: () => Promise.resolve({ picture: { kind: 'none' } }),
}

export const viewsOf = (
  version = '6.0',
  base = '/',
  values: Readonly<Record<string, string>> = {},
  changes: Partial<ViewDeps> = {},
) => {
  const settings = {
    baseUrl: `https://studip.example.org${base}`,
    assetsUrl: `${base}assets/`,
    keysPath: '/srv/studip/config/oauth2',
    clientRequests: 'autor' as const,
    studipVersion: versions[version]!,
  }
  return createViews({
    settings,
    config: { all: () => Promise.resolve(values) },
    assets: createOwnAssets({ 'icons.css': iconStylesheet(settings) }),
    surroundings: plainSurroundings,
    tellOdd: () => undefined,
    now: () => NOW,
    ...changes,
  })
}

export const user = (perms: Perms = 'autor', fullName = 'Testaccount Autor', username = 'test_autor'): StudipUser => ({
  id: 'e7a0a84b161f3e8c09b4a0a2e8a58147',
  username,
  fullName,
  perms,
})

export const context = (language: Language = 'de', known: StudipUser | undefined = user()): PageContext => ({
  language,
  languageTag: language === 'de' ? 'de-DE' : 'en-GB',
  user: known,
})

export const consentModel = (
  changes: Partial<ConsentModel['client']> = {},
  redirectUri = 'https://client.example.org/cb',
): ConsentModel => ({
  client: { id: '3', name: 'Campus App', owner: 'Rechenzentrum', homepage: 'https://rz.example.org/', ...changes },
  redirectUri,
  scopes: ['api'],
  heldBefore: [],
  told: {},
  isRemembered: true,
  user: user(),
  authToken: 'sealed-request',
  securityToken: 'csrf-token',
})

/** A client as its row could be, with the same text in every field. */
export const registeredClient = (changes: Partial<RegisteredClient> = {}): RegisteredClient => ({
  id: '3',
  name: 'Campus App',
  redirectUris: ['https://client.example.org/cb', 'org.example.app:/cb'],
  description: 'Stundenplan und Nachrichten',
  owner: 'Rechenzentrum',
  homepage: 'https://rz.example.org/',
  adminNotes: 'Ticket 4711',
  confidential: true,
  suspended: false,
  createdAt: NOW - 86_400,
  changedAt: NOW - 3600,
  liveGrants: 2,
  lastUsedAt: NOW - 60,
  scopes: ['api', 'openid'],
  ...changes,
})

export const connection = (changes: Partial<Connection> = {}): Connection => ({
  grantId: '0123456789abcdef0123456789abcdef',
  clientId: '3',
  scopes: ['api'],
  connectedAt: NOW - 86_400,
  lastUsedAt: NOW - 60,
  ...changes,
})

export const application = (changes: Partial<Application> = {}): Application => ({
  clientId: '3',
  name: 'Campus App',
  description: 'Stundenplan und Nachrichten',
  owner: 'Rechenzentrum',
  homepage: 'https://rz.example.org/',
  scopes: ['api'],
  connections: [connection()],
  connectedAt: NOW - 86_400,
  lastUsedAt: NOW - 60,
  rememberedUntil: NOW + 86_400,
  ...changes,
})

export const applicationsModel = (changes: Partial<ApplicationsModel> = {}): ApplicationsModel => ({
  applications: [application()],
  total: 1,
  page: 1,
  pages: 1,
  isFirst: true,
  next: undefined,
  here: '',
  there: (page) => `?page=${page}`,
  notice: undefined,
  ...changes,
})

export const keyFiles = (changes: Partial<KeyFileState> = {}): readonly KeyFileState[] =>
  (['private.key', 'public.key', 'encryption_key.php', 'oidc.key'] as const).map((name) => ({
    name,
    path: `/srv/studip/config/oauth2/${name}`,
    exists: true,
    readable: true,
    mode: '660',
    modeOk: true,
    ...changes,
  }))

export const adminModel = (changes: Partial<AdminModel> = {}): AdminModel => ({
  keyFiles: keyFiles(),
  signIn: 'on',
  clients: [registeredClient()],
  total: 1,
  list: wholeList,
  pageSize: 50,
  isUncounted: false,
  requests: [],
  requestsTotal: 0,
  notice: undefined,
  securityToken: 'csrf-token',
  ...changes,
})

/** Every page with every part that can be shown, all free text being `text` and all addresses `address`. */
export const everyPage = (
  views: Views,
  text: string,
  address: string,
  language: Language = 'de',
): Readonly<Record<string, Promise<string>>> => {
  const known = { ...user('root'), fullName: text, username: text }
  const page: PageContext = { language, languageTag: language === 'de' ? 'de-DE' : 'en-GB', user: known }
  const client = registeredClient({
    name: text,
    redirectUris: [address],
    description: text,
    owner: text,
    homepage: address,
    adminNotes: text,
  })
  const typed = {
    name: text,
    redirect: text,
    description: text,
    confidentiality: text,
    owner: text,
    homepage: text,
    admin_notes: text,
  }
  const faults: readonly RegistrationFault[] = [
    { field: 'name', code: 'missing' },
    { field: 'owner', code: 'too-long' },
    { field: 'homepage', code: 'malformed' },
    { field: 'admin_notes', code: 'malformed' },
    { field: 'confidentiality', code: 'missing' },
    ...(
      [
        'no-scheme',
        'fragment',
        'userinfo',
        'white-space',
        'comma',
        'dangerous-scheme',
        'insecure-http',
        'scheme-without-dot',
        'malformed',
        'non-ascii',
        'too-long',
        'wildcard',
        'port',
        'dot-segment',
        'response-parameter',
      ] as const
    ).map((code) => ({ field: 'redirect' as const, code, uri: address })),
  ]
  const connected = application({
    name: text,
    description: text,
    owner: text,
    homepage: address,
    scopes: ['api', text],
    connections: [connection({ scopes: [text] }), connection({ scopes: ['api', text] })],
  })
  const unconnected = { ...connected, connections: [], rememberedUntil: undefined }
  const notices: readonly Notice[] = [
    { kind: 'created', clientId: text, secret: text, fixedToPort: [address] },
    { kind: 'renewed', clientId: text, name: text, secret: text },
    { kind: 'sentBefore', clientId: text },
    { kind: 'deleted', clientId: text, name: text },
    { kind: 'suspended', name: text },
    { kind: 'resumed', name: text },
    { kind: 'revoked', name: text },
    { kind: 'disconnected', name: text },
    { kind: 'revokedAll', count: 2 },
    { kind: 'requested', clientId: text, secret: text, fixedToPort: [address] },
    { kind: 'approved', name: text },
    { kind: 'rejected', name: text },
    { kind: 'withdrawn', name: text },
    { kind: 'decidedBefore', name: text },
    { kind: 'askerRefused', name: text },
  ]
  const admin = {
    clients: [
      client,
      {
        ...client,
        suspended: true,
        confidential: false,
        liveGrants: undefined,
        lastUsedAt: undefined,
        scopes: undefined,
      },
    ],
    total: 200,
    list: { ...wholeList, search: text, page: 2, sort: '-used' as const, only: 'suspended' as const },
  }
  const by = { id: known.id, username: text }
  const requested: RequestedClient = {
    ...client,
    suspended: true,
    request: { state: 'open', by, at: NOW, purpose: text, decision: undefined },
  }
  const decided: RequestedClient = {
    ...requested,
    request: { ...requested.request, state: 'rejected', decision: { by, at: NOW, reason: text } },
  }
  const requests: readonly OpenRequest[] = [
    { ...requested, asker: { fullName: text, perms: text, refused: false } },
    { ...requested, asker: { fullName: undefined, perms: undefined, refused: true } },
  ]
  const list = { requests: [requested, decided], notice: undefined, mayAsk: true, isFull: false, mostOpen: 3 }
  const securityToken = text
  const place = { from: '', page: 2 }
  return {
    'admin with requests': views.admin(page, adminModel({ ...admin, requests, requestsTotal: 30 })),
    'reject request': views.rejectRequest(page, {
      client: requested,
      reason: text,
      fault: 'too-long',
      list: wholeList,
      securityToken,
    }),
    requests: views.requests(page, list),
    'requests, no more': views.requests(page, { ...list, isFull: true }),
    'requests, not allowed': views.requests(page, { ...list, mayAsk: false }),
    ...Object.fromEntries(
      notices.map((notice) => [`requests after ${notice.kind}`, views.requests(page, { ...list, notice })]),
    ),
    'request client': views.requestClient(page, {
      form: emptyRequest,
      faults: [],
      sharedScheme: false,
      signIn: false,
      formKey: text,
      securityToken,
    }),
    'request client with faults': views.requestClient(page, {
      form: { ...typed, purpose: text },
      faults: [
        ...faults.flatMap((fault): RequestFault[] =>
          fault.field === 'admin_notes' ? [] : [{ ...fault, field: fault.field }],
        ),
        { field: 'purpose', code: 'too-long' },
      ],
      sharedScheme: true,
      signIn: true,
      formKey: text,
      securityToken,
    }),
    'withdraw request': views.withdrawRequest(page, { client: requested, securityToken }),
    consent: views.consent(page, {
      client: { id: '3', name: text, owner: text, homepage: address },
      scopes: ['api'],
      heldBefore: [],
      told: {},
      isRemembered: true,
      redirectUri: address,
      user: known,
      authToken: text,
      securityToken,
    }),
    'consent to more': views.consent(page, {
      client: { id: '3', name: text, owner: '', homepage: address },
      scopes: ['api', 'openid', text],
      heldBefore: ['openid', 'profile'],
      told: { sub: text, name: text, email: text, picture: address, locale: 'de-DE', updated_at: NOW },
      isRemembered: false,
      redirectUri: address,
      user: known,
      authToken: text,
      securityToken,
    }),
    guide: guideHtml(guideText('developers', 'https://studip.example.org/'), '/api').then((html) =>
      views.guide(page, { html }),
    ),
    device: views.device(page, { isUnknown: true }),
    'device, who asks': views.deviceConfirm(page, {
      client: { name: text, owner: text, homepage: address },
      scopes: ['api', 'email'],
      heldBefore: ['email'],
      told: { email: text, email_verified: true },
      userCode: 'BCDF-GHJK',
      address: text,
      requestedAt: NOW,
      securityToken,
    }),
    'device, done': views.deviceDone(page, { clientName: text, allows: true }),
    ...Object.fromEntries(
      (Object.keys(errorPages) as ErrorKind[]).map((kind) => [
        `error ${kind}`,
        views.errorPage(kind === 'login-needed' ? { ...page, user: undefined } : page, {
          kind,
          developer: {
            error: text,
            description: text,
            hint: text,
            parameter: text,
            clientId: text,
            redirectUri: text,
            ...(kind === 'redirect-uri-mismatch' && { advice: 'register-exactly' as const }),
          },
          againPath: kind === 'form-expired' ? 'dispatch.php/api/oauth2/authorize?x=1' : undefined,
          logoutPath: kind === 'redirect-uri-mismatch' ? 'dispatch.php/api/oauth2/logout' : undefined,
          reference: text,
          continuePath: 'dispatch.php/api/oauth2/authorize?x=1',
        }),
      ]),
    ),
    ...Object.fromEntries(
      notices.map((notice) => [`admin after ${notice.kind}`, views.admin(page, adminModel({ ...admin, notice }))]),
    ),
    'admin with faulty keys': views.admin(
      page,
      adminModel({
        ...admin,
        keyFiles: keyFiles({ exists: false, readable: false, mode: undefined, modeOk: false, path: text }),
        securityToken: undefined,
      }),
    ),
    'admin with wrong modes': views.admin(
      page,
      adminModel({ clients: [client], keyFiles: keyFiles({ mode: '644', modeOk: false, path: text }) }),
    ),
    'admin with unreadable keys': views.admin(
      page,
      adminModel({ clients: [client], keyFiles: keyFiles({ readable: false, path: text }) }),
    ),
    'admin with a faulty key for sign-ins': views.admin(page, adminModel({ ...admin, signIn: 'faulty' })),
    'admin without clients': views.admin(page, adminModel({ clients: [], total: 0 })),
    'admin without a match': views.admin(
      page,
      adminModel({ clients: [], total: 0, list: { ...wholeList, search: text } }),
    ),
    'add client': views.addClient(page, {
      list: wholeList,
      form: emptyRegistration,
      faults: [],
      sharedScheme: false,
      signIn: false,
      formKey: text,
      securityToken,
    }),
    'add client with faults': views.addClient(page, {
      list: wholeList,
      form: typed,
      faults,
      sharedScheme: true,
      signIn: true,
      formKey: text,
      securityToken,
    }),
    'delete client': views.deleteClient(page, { list: wholeList, client, securityToken }),
    'delete client, uncounted': views.deleteClient(page, {
      list: wholeList,
      client: { ...client, liveGrants: undefined },
      securityToken,
    }),
    'renew secret': views.renewSecret(page, { list: wholeList, client, securityToken }),
    ...Object.fromEntries(
      notices.map((notice) => [
        `applications after ${notice.kind}`,
        views.applications(
          page,
          applicationsModel({
            applications: [connected, unconnected],
            total: 60,
            page: 2,
            pages: 3,
            isFirst: false,
            next: 'f'.repeat(80),
            here: '?page=2',
            notice,
          }),
        ),
      ]),
    ),
    'no applications': views.applications(page, applicationsModel({ applications: [], total: 0 })),
    application: views.application(page, {
      application: connected,
      here: '?page=2',
      notice: undefined,
    }),
    'application without a connection': views.application(page, {
      application: unconnected,
      here: '',
      notice: undefined,
    }),
    revoke: views.revoke(page, { application: connected, connection: undefined, place, here: '', securityToken }),
    disconnect: views.revoke(page, {
      application: connected,
      connection: connection(),
      place,
      here: '',
      securityToken,
    }),
    'revoke all': views.revokeAll(page, { count: 2, securityToken }),
  }
}
