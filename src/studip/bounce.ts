// The bounce: to Stud.IP for what is missing, and back to the very same request (D5, D20, contract §4.3).
import { parse, serialize } from 'cookie'
import type { Knex } from 'knex'
import { SetupError } from '../oauth/errors.ts'
import type { Now } from '../oauth/ports.ts'
import { basePath, type Settings } from '../settings.ts'
import type { StudipConfig } from './config.ts'
import {
  cookieAttributes,
  forgetPending,
  keepPending,
  makeRoom,
  readPending,
  type Pending,
  pendingPrefix,
} from './pending.ts'
import { canonicalTarget } from './target.ts'
import { trampolineUrl } from './trampoline-url.ts'
import { createTrampoline } from './trampoline.ts'
import type { BounceReason, Verdict } from './verdict.ts'

export interface BounceDeps {
  readonly db: Knex
  readonly settings: Pick<Settings, 'baseUrl' | 'studipVersion' | 'sessionCookie'>
  readonly config: StudipConfig
  /** Key for one purpose, from the encryption key; rejects with SetupError while the key files are unusable. */
  readonly derive: (label: string) => Buffer | Promise<Buffer>
  readonly now: Now
  /** Hears why the way back cannot be built; the user gets the fallback page. */
  readonly onFault?: (error: unknown) => void
}

export interface BounceRequest {
  readonly verdict: Verdict
  /** Path and query of this request as it was received. */
  readonly target: string
  readonly cookieHeader: string | undefined
}

export type BounceAnswer =
  | { readonly kind: 'redirect'; readonly location: string; readonly setCookies: readonly string[] }
  /** Show a page: log in in another tab, then go on at `continuePath`, a path below BASE. */
  | { readonly kind: 'fallback'; readonly continuePath: string; readonly setCookies: readonly string[] }
  /** Two bounces did not help. Show an error page: sessions are not where, or not of the version, that the settings say. */
  | { readonly kind: 'give-up'; readonly reason: 'anonymous' | BounceReason; readonly setCookies: readonly string[] }

export interface Redirect {
  readonly location: string
  readonly setCookies: readonly string[]
}

export interface Bounce {
  start(request: BounceRequest): Promise<BounceAnswer>
  /** Where `…/api/oauth2/resume` leads: the latest waiting request, else Stud.IP's start page. */
  resume(request: { readonly cookieHeader: string | undefined }): Promise<Redirect>
  /** Set-Cookie lines for the page that a request has reached: it waits no longer. */
  arrived(request: { readonly target: string; readonly cookieHeader: string | undefined }): readonly string[]
}

const maxBounces = 2
/** Seconds in which the same request, without having come back, is a loop and not a person who tries again. */
const loopWindow = 60
const markerLifetime = 15 * 60
/** nginx/http.conf knows this name. */
const marker = 'studip_oauth2_resume'

export const createBounce = ({ db, settings, config, derive, now, onFault }: BounceDeps): Bounce => {
  const base = basePath(settings)
  const trampoline = createTrampoline({ db, ...(onFault && { onFault }) })

  const setMarker = () => serialize(marker, '1', cookieAttributes(settings, base, markerLifetime))
  const clearMarker = (cookieHeader: string | undefined): string[] =>
    parse(cookieHeader ?? '')[marker] === undefined ? [] : [serialize(marker, '', cookieAttributes(settings, base, 0))]
  const expireSession = () => serialize(settings.sessionCookie, '', cookieAttributes(settings, base, 0))

  const key = async (): Promise<Buffer | undefined> => {
    try {
      return await derive('pending')
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      onFault?.(error)
      return undefined
    }
  }
  // 6.x offers plugins on its login page; there `sso` would log in at the trampoline and lose the way (contract §4.3 step 3).
  const ssoPlugin = async (): Promise<string | undefined> => {
    if (settings.studipVersion.major >= 6) return undefined
    const plugin = (await config.global('API_OAUTH_AUTH_PLUGIN')).toLowerCase()
    return plugin === '' || plugin === 'standard' ? undefined : plugin
  }
  const nextBounce = (waiting: readonly Pending[], target: string): Pending => {
    const before = waiting.find((each) => each.target === target)
    const again = before && (before.resumed || now() - before.at < loopWindow)
    const sequence = 1 + Math.max(0, ...waiting.map((each) => each.sequence))
    return { target, bounces: (again ? before.bounces : 0) + 1, resumed: false, at: now(), sequence }
  }
  const fallback = (target: string | undefined): BounceAnswer => ({
    kind: 'fallback',
    continuePath: target?.slice(base.length) ?? 'dispatch.php/start',
    setCookies: [],
  })

  const send = async (
    { verdict, cookieHeader }: BounceRequest,
    pending: Pending,
    waiting: readonly Pending[],
    secret: Buffer,
  ): Promise<BounceAnswer> => {
    const kept = await keepPending(pending, secret, settings)
    const notification = kept && (await trampoline.ensure())
    if (!kept || notification === undefined) return fallback(pending.target)
    const room = makeRoom(cookieHeader, waiting, pending.target, kept[0]!.length, settings)
    const session = verdict.kind === 'anonymous' && verdict.staleReturn ? [expireSession()] : []
    return {
      kind: 'redirect',
      location: trampolineUrl(settings, notification, await ssoPlugin()),
      setCookies: [...kept, ...room, setMarker(), ...session],
    }
  }
  return {
    async start(request) {
      const target = canonicalTarget(request.target, settings)
      const secret = target && (await key())
      if (!target || !secret) return fallback(target)
      const waiting = await readPending(request.cookieHeader, secret, now(), settings)
      const pending = nextBounce(waiting, target)
      if (pending.bounces <= maxBounces) return send(request, pending, waiting, secret)
      const { verdict, cookieHeader } = request
      const setCookies = [...forgetPending(target, cookieHeader, settings), ...clearMarker(cookieHeader)]
      return { kind: 'give-up', reason: verdict.kind === 'bounce' ? verdict.reason : 'anonymous', setCookies }
    },
    async resume({ cookieHeader }) {
      const secret = await key()
      const waiting = secret ? await readPending(cookieHeader, secret, now(), settings) : []
      const pending = waiting.find(({ resumed }) => !resumed) ?? waiting[0]
      if (!secret || !pending) return { location: `${base}dispatch.php/start`, setCookies: clearMarker(cookieHeader) }
      const kept = (await keepPending({ ...pending, resumed: true }, secret, settings)) ?? []
      return { location: pending.target, setCookies: [...kept, ...clearMarker(cookieHeader)] }
    },
    arrived({ target, cookieHeader }) {
      const canonical = cookieHeader?.includes(pendingPrefix) ? canonicalTarget(target, settings) : undefined
      return [...(canonical ? forgetPending(canonical, cookieHeader, settings) : []), ...clearMarker(cookieHeader)]
    },
  }
}
