// The attributes of every cookie that the way to Stud.IP and back sets, and how long a request waits.
import type { Settings } from '../settings.ts'

/** Seconds that a request waits, and with it the marker on the start page: a login at somebody else's site takes its time (R19). */
export const waitingTime = 30 * 60

/** True when a request that was sent to the login at `at` waits no longer. */
export const isRunOut = (at: number, now: number): boolean => now >= at + waitingTime

/** `Secure` wherever Stud.IP itself is on https. */
export const cookieAttributes = (settings: Pick<Settings, 'baseUrl'>, path: string, maxAge: number) =>
  ({ path, maxAge, httpOnly: true, sameSite: 'lax', secure: settings.baseUrl.startsWith('https:') }) as const
