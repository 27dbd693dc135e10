// The page of Stud.IP that we send people to when they have to log in: contract §4.3.
import { basePath, type Settings } from '../settings.ts'

type Base = Pick<Settings, 'baseUrl'>

/** Path and query on Stud.IP. `again` asks for a login; `sso` starts a plugin's login and is for 5.x only. */
export const trampolineUrl = (settings: Base, notificationId: string, sso?: string): string =>
  `${basePath(settings)}dispatch.php/jsupdater/mark_notification_read/${notificationId}?again=yes${sso ? `&sso=${encodeURIComponent(sso)}` : ''}`

/**
 * True when a 6.x session remembers another address for after the login than the trampoline: it would win (§4.3 step 4).
 * Compared by path, because scheme and host are what PHP believed them to be.
 */
export const isStaleReturn = (redirectAfterLogin: string | undefined, settings: Base): boolean => {
  if (!redirectAfterLogin) return false
  const path = URL.canParse(redirectAfterLogin, settings.baseUrl)
    ? new URL(redirectAfterLogin, settings.baseUrl).pathname
    : ''
  const prefix = `${basePath(settings)}dispatch.php/jsupdater/mark_notification_read/`
  return !(path.startsWith(prefix) && /^\d+$/.test(path.slice(prefix.length)))
}
