// Every page of the service: values in, HTML out. Nothing here knows Koa or the database.
import type { PostedResponse } from '../openid/form-post.ts'
import type { Settings } from '../settings.ts'
import { hasLevel } from '../studip/verdict.ts'
import type { ApplicationModel, ApplicationsModel, RevokeAllModel, RevokeModel } from './applications.ts'
import { applicationsValues, detailsValues } from './applications.ts'
import type { AddClientModel, AdminModel, ConfirmClientModel } from './clients.ts'
import { addClientValues, adminValues } from './clients.ts'
import type { RejectRequestModel, RequestClientModel, RequestsModel, WithdrawRequestModel } from './client-requests.ts'
import { rejectRequestValues, requestClientValues, requestsValues } from './client-requests.ts'
import type { ConsentModel } from './consent.ts'
import { consentValues } from './consent.ts'
import type { DeviceConfirmModel, DeviceDoneModel, DeviceModel } from './device.ts'
import { deviceConfirmValues } from './device.ts'
import type { ErrorModel } from './error-pages.ts'
import { errorPages, errorValues } from './error-pages.ts'
import type { FrameDeps, PageContext, PageFrame } from './page.ts'
import { createFrames } from './frame.ts'
import { listQuery } from './list-state.ts'
import { createTemplates } from './render.ts'
import type { Reader } from './scopes.ts'

export interface ViewDeps extends FrameDeps {
  readonly settings: FrameDeps['settings'] & Pick<Settings, 'keysPath' | 'clientRequests'>
}

export interface SignedOutModel {
  readonly clientName: string | undefined
  /** Address of the client to go on to. */
  readonly returnTo: string | undefined
}

const frames = {
  consent: { title: 'consent.title', bodyId: 'api-oauth2-authorize-index', bare: true },
  formPost: { title: 'formPost.title', bodyId: 'api-oauth2-authorize-form-post', bare: true },
  signInAgain: { title: 'again.title', bodyId: 'api-oauth2-authorize-again', bare: true },
  signOut: { title: 'signOut.title', bodyId: 'api-oauth2-logout', bare: true },
  signedOut: { title: 'signedOut.title', bodyId: 'api-oauth2-logout', bare: true },
  device: { title: 'device.title', bodyId: 'api-oauth2-device', bare: true },
  guide: { title: 'guide.title', bodyId: 'api-oauth2-developers' },
  admin: { title: 'admin.title', bodyId: 'admin-oauth2-index', place: 'admin', sidebar: 'clients' },
  addClient: { title: 'add.title', bodyId: 'api-oauth2-clients-add', place: 'admin' },
  deleteClient: { title: 'clients.delete.page', bodyId: 'api-oauth2-clients-delete', place: 'admin' },
  renewSecret: { title: 'clients.renew.page', bodyId: 'api-oauth2-clients-secret', place: 'admin' },
  rejectRequest: { title: 'decide.reject.page', bodyId: 'api-oauth2-clients-reject', place: 'admin' },
  requests: { title: 'requests.title', bodyId: 'api-oauth2-requests-index', place: 'profile' },
  requestClient: { title: 'requests.add', bodyId: 'api-oauth2-requests-add', place: 'profile' },
  withdrawRequest: { title: 'requests.withdraw.page', bodyId: 'api-oauth2-requests-withdraw', place: 'profile' },
  applications: { title: 'applications.title', bodyId: 'api-oauth2-applications-index', place: 'profile' },
  application: { title: 'application.title', bodyId: 'api-oauth2-applications-details', place: 'profile' },
  revoke: { title: 'applications.revoke', bodyId: 'api-oauth2-applications-revoke', place: 'profile' },
  disconnect: { title: 'applications.disconnect', bodyId: 'api-oauth2-applications-revoke', place: 'profile' },
  revokeAll: { title: 'applications.revokeAll', bodyId: 'api-oauth2-applications-revoke', place: 'profile' },
} as const satisfies Record<string, PageFrame>

// Nobody sees scopes who is not logged in.
const readerOf = ({ language, user }: PageContext): Reader => ({ language, perms: user?.perms ?? 'autor' })

/** One function per page; each resolves to a whole HTML document. `compileAll` compiles the templates before anybody asks. */
export const createViews = (deps: ViewDeps) => {
  const { render, compileAll } = createTemplates()
  const frameAround = createFrames(deps)
  const show = async (template: string, context: PageContext, frame: PageFrame, m: unknown): Promise<string> => {
    const { layout, values } = await frameAround(context, frame, m)
    return render(template, layout, values)
  }
  const { clientRequests: least } = deps.settings
  const mayAsk = ({ user }: PageContext): boolean =>
    least !== 'off' && user !== undefined && hasLevel(user.perms, least)
  // 6.x logs out by POST only, 5.x by a link (contract §18.4).
  const logoutByPost = deps.settings.studipVersion.major >= 6
  return {
    compileAll,
    /** The consent page of the authorization endpoint (contract §11.1). */
    consent: (context: PageContext, model: ConsentModel) =>
      show('consent', context, frames.consent, consentValues(deps, model, context.language)),
    /** An error page; its status is `errorStatus(model.kind)`. */
    errorPage: (context: PageContext, model: ErrorModel) =>
      show('error', context, { title: errorPages[model.kind].title, bodyId: 'api-oauth2-error' }, errorValues(model)),
    /** The answer to a client as a form: without script it takes a click. */
    formPost: (context: PageContext, model: PostedResponse) => show('form-post', context, frames.formPost, model),
    /** Asks for a logout, because the client wants a new login (D26). */
    signInAgain: (context: PageContext, { clientName }: { readonly clientName: string }) =>
      show('sign-out', context, frames.signInAgain, { clientName, again: true, logoutByPost }),
    /** Asks whether to log out, as a client wishes. */
    signOut: (context: PageContext, { clientName }: { readonly clientName: string | undefined }) =>
      show('sign-out', context, frames.signOut, { clientName, again: false, logoutByPost }),
    signedOut: (context: PageContext, model: SignedOutModel) => show('signed-out', context, frames.signedOut, model),
    /** The form for a user code (RFC 8628 §3.3). */
    device: (context: PageContext, model: DeviceModel) => show('device', context, frames.device, model),
    deviceConfirm: (context: PageContext, model: DeviceConfirmModel) =>
      show('device-confirm', context, frames.device, deviceConfirmValues(model, readerOf(context))),
    deviceDone: (context: PageContext, model: DeviceDoneModel) => show('device-done', context, frames.device, model),
    /** A document for developers; `html` is made by guideHtml(). */
    guide: (context: PageContext, model: { readonly html: string }) => show('guide', context, frames.guide, model),
    /** Set-up state and registered clients (contract §11.3). */
    admin: (context: PageContext, model: AdminModel) =>
      show('admin', context, frames.admin, adminValues(deps.settings, model)),
    /** The form for a new client, fresh or with its faults (contract §11.4). */
    addClient: (context: PageContext, model: AddClientModel) =>
      show('client-add', context, frames.addClient, addClientValues(model)),
    deleteClient: (context: PageContext, model: ConfirmClientModel) =>
      show('client-delete', context, frames.deleteClient, { ...model, here: listQuery(model.list) }),
    renewSecret: (context: PageContext, model: ConfirmClientModel) =>
      show('client-secret', context, frames.renewSecret, { ...model, here: listQuery(model.list) }),
    /** Root says no to a request for a client, and why (D35). */
    rejectRequest: (context: PageContext, model: RejectRequestModel) =>
      show('client-reject', context, frames.rejectRequest, rejectRequestValues(model)),
    /** What a user asked for, and what became of it (D35). */
    requests: (context: PageContext, model: RequestsModel) =>
      show('requests', context, frames.requests, requestsValues(model)),
    requestClient: (context: PageContext, model: RequestClientModel) =>
      show('request-add', context, frames.requestClient, requestClientValues(model)),
    withdrawRequest: (context: PageContext, model: WithdrawRequestModel) =>
      show('request-withdraw', context, frames.withdrawRequest, model),
    /** What a user connected (contract §11.2). */
    applications: (context: PageContext, model: ApplicationsModel) =>
      show('applications', context, frames.applications, {
        ...applicationsValues(model, readerOf(context)),
        mayAsk: mayAsk(context),
      }),
    application: (context: PageContext, model: ApplicationModel) =>
      show('application', context, frames.application, detailsValues(model, readerOf(context))),
    revoke: (context: PageContext, model: RevokeModel) =>
      show('application-revoke', context, model.connection ? frames.disconnect : frames.revoke, model),
    revokeAll: (context: PageContext, model: RevokeAllModel) =>
      show('application-revoke', context, frames.revokeAll, model),
  }
}

export type Views = ReturnType<typeof createViews>
