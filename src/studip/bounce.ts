// The bounce: to Stud.IP for what is missing, and back to the very same request (D5, D20, contract §4.3).
import { serialize } from 'cookie'
import type { Knex } from 'knex'
import { SetupError } from '../oauth/errors.ts'
import type { Now } from '../oauth/ports.ts'
import { basePath, type Settings } from '../settings.ts'
import type { Bounce, BounceRequest, Homecoming, Redirect } from './bounce-answer.ts'
import type { StudipConfig } from './config.ts'
import { cookieAttributes } from './cookie-attributes.ts'
import { clearMarker, setMarker, startPage } from './marker.ts'
import { forgetPending, idsIn, keepPending, readPending } from './pending-cookies.ts'
import { pendingId, type Pending } from './pending.ts'
import { canonicalTarget } from './target.ts'
import { formOfReferer, trampolineUrl } from './trampoline-url.ts'
import { createTrampoline } from './trampoline.ts'
import { chosen, counted, newPending } from './waiting.ts'
import { lackOf } from './verdict.ts'

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

const mostReturns = 2
/** Fewer than browsers follow redirects: an extension of Stud.IP that leads to its start page again and again ends there. */
const mostShortcuts = 8

export const createBounce = ({ db, settings, config, derive, now, onFault }: BounceDeps): Bounce => {
  const base = basePath(settings)
  const trampoline = createTrampoline({ db, ...(onFault && { onFault }) })

  const expireSession = () => serialize(settings.sessionCookie, '', cookieAttributes(settings, base, 0))
  const toStartPage = (cookieHeader: string | undefined): Redirect => ({
    location: startPage(settings),
    setCookies: clearMarker(cookieHeader, settings),
  })

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

  /** Undefined when it does not fit into cookies, or the trampoline cannot be made. */
  const send = async (
    pending: Pending,
    { verdict, cookieHeader }: Pick<BounceRequest, 'verdict' | 'cookieHeader'>,
    waiting: readonly Pending[],
    secret: Buffer,
  ): Promise<Redirect | undefined> => {
    const sequence = 1 + Math.max(0, ...waiting.map((each) => each.sequence))
    const named = waiting.some((each) => each.target !== pending.target && !each.resumed)
    const sent = { ...pending, named, resumed: false, at: now(), sequence }
    const kept = await keepPending(sent, { cookieHeader, waiting }, secret, settings)
    const notificationId = kept && (await trampoline.ensure())
    if (!kept || notificationId === undefined) return undefined
    const session = verdict.kind === 'anonymous' && verdict.staleReturn ? [expireSession()] : []
    return {
      location: trampolineUrl(settings, {
        notificationId,
        request: named ? pendingId(pending.target) : undefined,
        sso: await ssoPlugin(),
      }),
      setCookies: [...kept, setMarker(settings), ...session],
    }
  }

  /** Stud.IP itself sends back only who is logged in there; the anonymous have given up and want the start page (R18). */
  const fromStartPage = async (
    pending: Pending,
    request: Homecoming,
    waiting: readonly Pending[],
    secret: Buffer,
  ): Promise<Redirect | undefined> =>
    request.verdict.kind === 'bounce' && pending.shortcuts < mostShortcuts
      ? send({ ...pending, shortcuts: pending.shortcuts + 1 }, request, waiting, secret)
      : undefined

  return {
    async start(request) {
      const { verdict, cookieHeader } = request
      const target = canonicalTarget(request.target, settings)
      const secret = target && (await key())
      const fallback = { kind: 'fallback', continuePath: target?.slice(base.length) ?? 'dispatch.php/start' } as const
      if (!target || !secret) return { ...fallback, setCookies: [] }
      const waiting = await readPending(cookieHeader, secret, now(), settings)
      const lack = lackOf(verdict) ?? 'anonymous'
      const pending = counted(waiting.find((each) => each.target === target) ?? newPending(target), lack)
      if ((pending.returns[lack] ?? 0) < mostReturns) {
        const way = await send(pending, request, waiting, secret)
        return way ? { kind: 'redirect', ...way } : { ...fallback, setCookies: [] }
      }
      const setCookies = [...forgetPending(target, cookieHeader, settings), ...clearMarker(cookieHeader, settings)]
      return { kind: 'give-up', lack, setCookies }
    },

    async leave({ target: sent, cookieHeader }) {
      const target = canonicalTarget(sent, settings)
      const secret = target && (await key())
      if (!target || !secret) return []
      const waiting = await readPending(cookieHeader, secret, now(), settings)
      const sequence = 1 + Math.max(0, ...waiting.map((each) => each.sequence))
      const leaving: Pending = { ...newPending(target), leaving: true, at: now(), sequence }
      const kept = await keepPending(leaving, { cookieHeader, waiting }, secret, settings)
      return kept ? [...kept, setMarker(settings)] : []
    },

    async resume(request) {
      const { verdict, cookieHeader, byStartPage } = request
      const secret = await key()
      const waiting = secret ? await readPending(cookieHeader, secret, now(), settings) : []
      const pending = chosen(waiting, formOfReferer(request.referer, settings), byStartPage)
      if (!secret || !pending) return toStartPage(cookieHeader)
      const hasLeft = pending.leaving === true && verdict.kind === 'anonymous'
      if (byStartPage && verdict.kind !== 'logged-in' && !hasLeft)
        return (await fromStartPage(pending, request, waiting, secret)) ?? toStartPage(cookieHeader)
      const kept = await keepPending(
        { ...pending, resumed: true, leaving: false },
        { cookieHeader, waiting },
        secret,
        settings,
      )
      // Another tab that waits needs the marker, too (R21).
      const others = waiting.some((each) => each !== pending && !each.resumed)
      return {
        location: pending.target,
        setCookies: [...(kept ?? []), ...(others ? [] : clearMarker(cookieHeader, settings))],
      }
    },

    arrived({ target, cookieHeader }) {
      const canonical = canonicalTarget(target, settings)
      const ids = idsIn(cookieHeader)
      const others = [...ids].some((id) => canonical === undefined || id !== pendingId(canonical))
      const forgotten = canonical && ids.size > 0 ? forgetPending(canonical, cookieHeader, settings) : []
      return [...forgotten, ...(others ? [] : clearMarker(cookieHeader, settings))]
    },
  }
}
