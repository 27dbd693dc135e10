// The page of Stud.IP that we send people to when they have to log in: contract §4.3.
import { sentAddress } from '../oauth/sent-address.ts'
import { basePath, type Settings } from '../settings.ts'

type Base = Pick<Settings, 'baseUrl'>

const pathOf = (settings: Base) => `${basePath(settings)}dispatch.php/jsupdater/mark_notification_read/`
const requestParameter = 'oauth2_request'

export interface Trip {
  /** Row of personal_notifications. */
  readonly notificationId: string
  /** Names the waiting request where others wait. Stud.IP ignores it, but its forms are on this page: it comes back as their Referer. */
  readonly request: string | undefined
  /** A plugin whose login is to start, for 5.x only. */
  readonly sso: string | undefined
}

/**
 * Path and query on Stud.IP. `again` asks for a login; 5.x shows its form instead of starting the plugin to whoever has seen
 * the form before, unless `cancel_login` takes that back (R20).
 */
export const trampolineUrl = (settings: Base, { notificationId, request, sso }: Trip): string => {
  const plugin = sso === undefined ? '' : `&sso=${encodeURIComponent(sso)}&cancel_login=1`
  const name = request === undefined ? '' : `&${requestParameter}=${request}`
  return `${pathOf(settings)}${notificationId}?again=yes${plugin}${name}`
}

/** A form of Stud.IP at the trampoline, for a request that its address names, or for one that it does not. */
export interface Form {
  readonly request: string | undefined
}

/** The form that somebody filled in before this, by the Referer that followed; it is a hint and no proof. */
export const formOfReferer = (referer: string | undefined, settings: Base): Form | undefined => {
  const address = sentAddress(referer ?? '')
  if (!address) return undefined
  const { pathname, searchParams } = address
  if (!pathname.startsWith(pathOf(settings))) return undefined
  return { request: searchParams.get(requestParameter) ?? undefined }
}

/**
 * True when a 6.x session remembers another address for after the login than the trampoline: it would win (§4.3 step 4).
 * Compared by path, because scheme and host are what PHP believed them to be.
 */
export const isStaleReturn = (redirectAfterLogin: string | undefined, settings: Base): boolean => {
  if (!redirectAfterLogin) return false
  const path = sentAddress(redirectAfterLogin, settings.baseUrl)?.pathname ?? ''
  const prefix = pathOf(settings)
  return !(path.startsWith(prefix) && /^\d+$/.test(path.slice(prefix.length)))
}
