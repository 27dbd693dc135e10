// Requests that wait for a login (D5): each sealed, several beside one another, so that tabs do not overwrite each other.
import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { openBytes, sealBytes } from '../crypto/sealed.ts'
import type { Settings } from '../settings.ts'
import { isRunOut } from './cookie-attributes.ts'
import { canonicalTarget } from './target.ts'
import type { Lack } from './verdict.ts'

/** A request that waits. */
export interface Pending {
  /** Canonical path and query of one of our pages. */
  readonly target: string
  /** How often it came back from Stud.IP and the same was still missing. */
  readonly returns: Readonly<Partial<Record<Lack, number>>>
  /** How often the start page led back to it before that. */
  readonly shortcuts: number
  /** True when the address that it was sent to names it, because another one waited. */
  readonly named: boolean
  /** True after it came back, until it is sent again. */
  readonly resumed: boolean
  /** While it waits for a logout: the session that was there before it, as sessionMark() has it. */
  readonly leaving?: string | undefined
  /** Unix seconds of the last bounce. */
  readonly at: number
  /** Larger than those of all requests that waited at that moment: orders what happened in one second. */
  readonly sequence: number
}

type Base = Pick<Settings, 'baseUrl'>

const kind = 'pending'
/** Bytes that a record may have when inflated: only ours are, but even they not without a bound. */
const mostBytes = 131_072

/** One name for one target: a request that is sent again replaces itself. */
export const pendingId = (target: string): string => createHash('sha256').update(target).digest('hex').slice(0, 8)

/** Tells one session from another; empty where there is none. The id itself does not leave. */
export const sessionMark = (sessionId: string | undefined): string =>
  sessionId === undefined ? '' : pendingId(sessionId)

/**
 * Deflated before it is sealed, so that a long `state` fits. What is in it comes from the request alone: nothing of it is
 * secret from whoever could choose a part of it, so its length tells them nothing (RFC 8725 §3.6).
 */
export const sealPending = (pending: Pending, key: Buffer): string =>
  sealBytes(deflateRawSync(JSON.stringify(pending), { level: 9 }), key, kind)

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0

const isPending = (value: Partial<Pending>, id: string, now: number, settings: Base): value is Pending =>
  typeof value.target === 'string' &&
  canonicalTarget(value.target, settings) === value.target &&
  pendingId(value.target) === id &&
  typeof value.returns === 'object' &&
  Object.values(value.returns).every(isCount) &&
  isCount(value.shortcuts) &&
  typeof value.named === 'boolean' &&
  typeof value.resumed === 'boolean' &&
  ['undefined', 'string'].includes(typeof value.leaving) &&
  isCount(value.sequence) &&
  isCount(value.at) &&
  !isRunOut(value.at!, now)

/** Undefined for what is changed, expired, of another name or of another version. */
export const openPending = (
  sealed: string,
  key: Buffer,
  id: string,
  now: number,
  settings: Base,
): Pending | undefined => {
  const bytes = openBytes(sealed, key, kind)
  if (!bytes) return undefined
  try {
    const value = JSON.parse(inflateRawSync(bytes, { maxOutputLength: mostBytes }).toString()) as Partial<Pending>
    return isPending(value, id, now, settings) ? value : undefined
  } catch {
    return undefined
  }
}
