// Requests that wait for a login, one encrypted cookie each (D5): several tabs do not overwrite one another.
import { createHash } from 'node:crypto'
import { parse, serialize } from 'cookie'
import { open, seal } from '../crypto/sealed.ts'
import { basePath, type Settings } from '../settings.ts'
import { canonicalTarget } from './target.ts'

/** A request that waits. */
export interface Pending {
  /** Canonical path and query of one of our pages. */
  readonly target: string
  /** How often it was sent to the login. */
  readonly bounces: number
  /** True after it came back, until it is sent again. */
  readonly resumed: boolean
  /** Unix seconds of the last bounce. */
  readonly at: number
  /** Larger than those of all requests that waited at that moment: orders what happened in one second. */
  readonly sequence: number
}

type Base = Pick<Settings, 'baseUrl'>

const kind = 'pending'
/** Begins the name of each of them. */
export const pendingPrefix = 'studip_oauth2_pending_'
const lifetime = 30 * 60
/** Browsers keep up to 4096 bytes of a cookie, attributes included. */
const maxValueLength = 3800
/** Cookie headers travel in one 8 KB line through nginx, next to Stud.IP's own cookies. */
const maxTotalLength = 6000
const maxCount = 4

/** One name for one target: a request that is sent again replaces itself. */
const nameOf = (target: string): string => pendingPrefix + createHash('sha256').update(target).digest('hex').slice(0, 8)

const resumePath = (settings: Base) => `${basePath(settings)}dispatch.php/api/oauth2/`
const adminPath = (settings: Base) => `${basePath(settings)}dispatch.php/admin/oauth2`
/** The way back reads the cookie, and so must the page itself, or its bounces could not be counted. */
const pathsOf = (target: string, settings: Base): readonly string[] =>
  target.startsWith(adminPath(settings)) ? [resumePath(settings), adminPath(settings)] : [resumePath(settings)]

/** Attributes of every cookie of ours. `Secure` wherever Stud.IP itself is on https. */
export const cookieAttributes = (settings: Base, path: string, maxAge: number) =>
  ({ path, maxAge, httpOnly: true, sameSite: 'lax', secure: settings.baseUrl.startsWith('https:') }) as const

/** Set-Cookie lines that keep a pending request; undefined when it is too long for a cookie. */
export const keepPending = async (pending: Pending, key: Buffer, settings: Base): Promise<string[] | undefined> => {
  const value = await seal(pending, key, kind)
  if (value.length > maxValueLength) return undefined
  return pathsOf(pending.target, settings).map((path) =>
    serialize(nameOf(pending.target), value, cookieAttributes(settings, path, lifetime)),
  )
}

const forgetName = (name: string, paths: readonly string[], settings: Base): string[] =>
  paths.map((path) => serialize(name, '', cookieAttributes(settings, path, 0)))

type Cookie = readonly [name: string, value: string]
const pendingCookies = (cookieHeader: string | undefined): readonly Cookie[] =>
  Object.entries(parse(cookieHeader ?? '')).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && /^studip_oauth2_pending_[0-9a-f]{8}$/.test(entry[0]),
  )

/** Set-Cookie lines that forget this target, none when no cookie holds it. */
export const forgetPending = (target: string, cookieHeader: string | undefined, settings: Base): string[] =>
  pendingCookies(cookieHeader).some(([name]) => name === nameOf(target))
    ? forgetName(nameOf(target), pathsOf(target, settings), settings)
    : []

const isPending = (value: Partial<Pending> | undefined, name: string, now: number, settings: Base): value is Pending =>
  typeof value?.target === 'string' &&
  canonicalTarget(value.target, settings) === value.target &&
  nameOf(value.target) === name &&
  Number.isInteger(value.bounces) &&
  typeof value.resumed === 'boolean' &&
  Number.isInteger(value.sequence) &&
  Number.isInteger(value.at) &&
  now < value.at! + lifetime

/** The requests that wait in this browser, latest first. A changed, expired or foreign cookie is none. */
export const readPending = async (
  cookieHeader: string | undefined,
  key: Buffer,
  now: number,
  settings: Base,
): Promise<readonly Pending[]> => {
  const opened = await Promise.all(
    pendingCookies(cookieHeader)
      .slice(0, 2 * maxCount)
      .map(async ([name, value]) => {
        const pending = await open<Pending>(value, key, kind)
        return isPending(pending, name, now, settings) ? pending : undefined
      }),
  )
  return opened.filter((pending) => pending !== undefined).sort((a, b) => b.at - a.at || b.sequence - a.sequence)
}

/** Set-Cookie lines that make room for one more of `length` bytes: the unreadable and the oldest go. */
export const makeRoom = (
  cookieHeader: string | undefined,
  waiting: readonly Pending[],
  target: string,
  length: number,
  settings: Base,
): string[] => {
  const order = waiting.map((pending) => nameOf(pending.target))
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  const others = pendingCookies(cookieHeader)
    .filter(([name]) => name !== nameOf(target))
    .sort(([a], [b]) => rank(a) - rank(b))
  let total = length
  return others.flatMap(([name, value], index) => {
    total += name.length + value.length
    const stays = order.includes(name) && index < maxCount - 1 && total <= maxTotalLength
    return stays ? [] : forgetName(name, [resumePath(settings), adminPath(settings)], settings)
  })
}
