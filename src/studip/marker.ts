// The marker that says on Stud.IP's start page that a request waits (D20). nginx/http.conf and docs/apache.md know its name.
import { parse, serialize } from 'cookie'
import { basePath, type Settings } from '../settings.ts'
import { cookieAttributes, waitingTime } from './cookie-attributes.ts'

type Base = Pick<Settings, 'baseUrl'>

const marker = 'studip_oauth2_resume'

/** `leave` waits for a logout, too, which in 5.x ends on another page than the start page. */
export const setMarker = (settings: Base, waitsFor: '1' | 'leave' = '1'): string =>
  serialize(marker, waitsFor, cookieAttributes(settings, basePath(settings), waitingTime))

/** Set-Cookie lines, none for a browser without it. */
export const clearMarker = (cookieHeader: string | undefined, settings: Base): readonly string[] =>
  parse(cookieHeader ?? '')[marker] === undefined
    ? []
    : [serialize(marker, '', cookieAttributes(settings, basePath(settings), 0))]

/** Stud.IP's start page, with an argument, because nginx leaves it alone then: so a marker that we cannot delete ends there, too (A10). */
export const startPage = (settings: Base): string => `${basePath(settings)}dispatch.php/start?oauth2_resume=0`
