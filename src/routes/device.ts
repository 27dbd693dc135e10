// api/oauth2/device: the code that a device shows, who asks, and the answer (RFC 8628 §3.3).
import type { Context, Middleware } from 'koa'
import type { KeyRing } from '../crypto/key-ring.ts'
import { securityToken } from '../middleware/csrf.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import { originOf } from '../middleware/request-context.ts'
import { isVisit } from '../middleware/visit.ts'
import type { DeviceCodes, Devices, PendingDevice } from '../oauth/device/ports.ts'
import { verificationUriComplete } from '../oauth/device/device-authorization.ts'
import { grouped, readUserCode } from '../oauth/device/user-code.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { Audit, Clients, HeldBefore } from '../oauth/ports.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { formatScope } from '../oauth/scopes/parameter.ts'
import type { Client } from '../oauth/types.ts'
import type { Told } from '../openid/told.ts'
import type { UserCodeTries } from '../stores/user-code-tries.ts'
import { qrCode } from '../views/qr-code.ts'
import type { Views } from '../views/views.ts'

export interface DeviceDeps {
  readonly clients: Clients
  readonly devices: Pick<Devices, 'findPending' | 'findAnswered' | 'approve' | 'deny'>
  readonly deviceCodes: Pick<DeviceCodes, 'idOf'>
  readonly userCodeTries: UserCodeTries
  readonly heldBefore: HeldBefore
  readonly told: Told
  readonly views: Pick<Views, 'device' | 'deviceConfirm' | 'deviceDone'>
  readonly keys: KeyRing
  readonly audit: Audit
}

/** Name of the form that answers, for its CSRF token. */
export const deviceForm = 'device'
export const deviceFields: ReadonlySet<string> = new Set(['security_token', 'user_code', 'allow', 'deny'])

/** A code as somebody typed it. */
interface Typed {
  readonly userCode: string
  /** Of the row of its request, if there is one. */
  readonly id: string
  /** It was no guess. */
  readonly takeBack: () => void
}

interface Found {
  readonly userCode: string
  readonly request: PendingDevice
  readonly client: Client
}

// What cannot be a code is no guess.
const read = async (deps: DeviceDeps, ctx: Context, text: string): Promise<Typed | undefined> => {
  const userCode = readUserCode(text)
  if (userCode === undefined) return undefined
  const who = [identityOf(ctx).user.id, originOf(ctx).address] as const
  const takeBack = deps.userCodeTries.begin(...who)
  if (!takeBack) {
    const retryAfter = deps.userCodeTries.waitFor(...who)
    throw new PageError('too-many', { hint: 'user codes', retryAfter })
  }
  return { userCode, id: await deps.deviceCodes.idOf(userCode), takeBack }
}

const find = async (deps: DeviceDeps, { userCode, id, takeBack }: Typed): Promise<Found | undefined> => {
  const request = await deps.devices.findPending(id)
  const client = request && (await deps.clients.find(request.clientId))
  if (!client) return undefined
  takeBack()
  return { userCode, request, client }
}

const refuse = async (deps: DeviceDeps, ctx: Context): Promise<void> => {
  deps.audit({ event: 'device.code-unknown', userId: identityOf(ctx).user.id }, originOf(ctx))
  ctx.status = 400
  ctx.type = 'html'
  ctx.body = await deps.views.device(pageContext(ctx), { isUnknown: true })
}

/** GET device: the form, or with ?user_code= who asks. */
export const showDevice = (deps: DeviceDeps): Middleware =>
  async function showDevice(ctx) {
    const text = loneValue(parseForm(ctx.querystring, deviceFields), 'user_code')
    // Ten pictures on somebody's page would use up all the tries of whoever looks at it, and fifty people those of everybody.
    if (text === undefined || !isVisit(ctx)) {
      ctx.type = 'html'
      ctx.body = await deps.views.device(pageContext(ctx), { isUnknown: false })
      return
    }
    const typed = await read(deps, ctx, text)
    const found = typed && (await find(deps, typed))
    if (!found) return refuse(deps, ctx)
    const { client, request } = found
    const { id: userId } = identityOf(ctx).user
    const [heldBefore, told] = await Promise.all([deps.heldBefore(userId, client), deps.told(userId, request.scopes)])
    ctx.type = 'html'
    ctx.body = await deps.views.deviceConfirm(pageContext(ctx), {
      client,
      scopes: request.scopes,
      heldBefore,
      told,
      userCode: grouped(found.userCode),
      address: request.address,
      requestedAt: request.requestedAt,
      securityToken: await securityToken(ctx, deps.keys, deviceForm),
    })
  }

/** The client whose request this answers; undefined when it waits no more. */
const answer = async (deps: DeviceDeps, ctx: Context, typed: Typed, allows: boolean): Promise<Client | undefined> => {
  const found = await find(deps, typed)
  if (!found) return undefined
  const { request, client } = found
  const {
    user: { id: userId },
    loginAt,
  } = identityOf(ctx)
  const isDone = allows ? await deps.devices.approve(request.id, userId, loginAt) : await deps.devices.deny(request.id)
  if (!isDone) return undefined
  const details = { scope: formatScope(request.scopes) }
  deps.audit(
    { event: allows ? 'device.approved' : 'device.denied', clientId: client.id, userId, details },
    originOf(ctx),
  )
  return client
}

/** The client, where this very answer was given before: who clicks twice is told once more what became of it (B13). */
const answeredAlike = async (
  deps: DeviceDeps,
  ctx: Context,
  typed: Typed,
  allows: boolean,
): Promise<Client | undefined> => {
  const before = await deps.devices.findAnswered(typed.id)
  if (before?.allowedBy !== (allows ? identityOf(ctx).user.id : undefined)) return undefined
  const client = before && (await deps.clients.find(before.clientId))
  if (client) typed.takeBack()
  return client
}

/** POST device: allow or deny. Behind checkSecurityToken(). */
export const answerDevice = (deps: DeviceDeps): Middleware =>
  async function answerDevice(ctx) {
    const form = formOf(ctx)
    const allows = form['allow'] !== undefined && form['deny'] === undefined
    const typed = await read(deps, ctx, loneValue(form, 'user_code') ?? '')
    const client =
      typed && ((await answer(deps, ctx, typed, allows)) ?? (await answeredAlike(deps, ctx, typed, allows)))
    if (!client) return refuse(deps, ctx)
    ctx.type = 'html'
    ctx.body = await deps.views.deviceDone(pageContext(ctx), { clientName: client.name, allows })
  }

/** GET device/qr?user_code=: the address with the code as an image. Looks nothing up, so it tells nobody which codes wait. */
export const showDeviceQrCode = ({ issuer }: { readonly issuer: string }): Middleware =>
  function showDeviceQrCode(ctx) {
    const typed = loneValue(parseForm(ctx.querystring, deviceFields), 'user_code')
    const userCode = readUserCode(typed ?? '')
    if (userCode === undefined) throw new PageError('not-found')
    ctx.type = 'image/svg+xml'
    ctx.body = qrCode(verificationUriComplete(issuer, userCode))
  }
