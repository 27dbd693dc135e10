// The bounce: to Stud.IP for what is missing, and back to the very same request (D5, D20, contract §4.3).
import { serialize } from 'cookie'
import { SetupError } from '../oauth/errors.ts'
import { basePath } from '../settings.ts'
import type { Bounce, BounceRequest, Homecoming, Redirect } from './bounce-answer.ts'
import type { BounceDeps } from './bounce-deps.ts'
import { cookieAttributes } from './cookie-attributes.ts'
import { clearMarker, setMarker, startPage } from './marker.ts'
import { forgetPending, idsIn, keepPending, readPending } from './pending-cookies.ts'
import { pendingId, sessionMark, type Pending } from './pending.ts'
import { canonicalTarget } from './target.ts'
import { ssoPlugin } from './sso-plugin.ts'
import { formOfReferer, trampolineUrl } from './trampoline-url.ts'
import { createTrampoline } from './trampoline.ts'
import { chosen, counted, hasLeft, hasStayed, latest, newPending } from './waiting.ts'
import { lackOf } from './verdict.ts'

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

  /** Undefined when it does not fit into cookies, or the trampoline cannot be made. */
  const send = async (
    pending: Pending,
    { verdict, cookieHeader }: Pick<BounceRequest, 'verdict' | 'cookieHeader'>,
    waiting: readonly Pending[],
    secret: Buffer,
  ): Promise<Redirect | undefined> => {
    const named = waiting.some((each) => each.target !== pending.target && !each.resumed)
    const sent = { ...latest(pending, waiting, now()), named, resumed: false }
    const kept = keepPending(sent, { cookieHeader, waiting }, secret, settings)
    const notificationId = kept && (await trampoline.ensure())
    if (!kept || notificationId === undefined) return undefined
    const session = verdict.kind === 'anonymous' && verdict.staleReturn ? [expireSession()] : []
    return {
      location: trampolineUrl(settings, {
        notificationId,
        request: named ? pendingId(pending.target) : undefined,
        sso: await ssoPlugin(config, settings),
      }),
      setCookies: [...kept, setMarker(settings), ...session],
    }
  }

  // Another tab that waits needs the marker, too (R21).
  const markerAfter = (pending: Pending, waiting: readonly Pending[], cookieHeader: string | undefined) =>
    waiting.some((each) => each !== pending && !each.resumed) ? [] : clearMarker(cookieHeader, settings)

  /**
   * Where the start page leads instead of to the request. Stud.IP itself sends back only who is logged in there; the anonymous
   * have given up and want the start page (R18).
   */
  const fromStartPage = async (
    pending: Pending,
    request: Homecoming,
    waiting: readonly Pending[],
    secret: Buffer,
  ): Promise<Redirect | undefined> => {
    const { verdict, cookieHeader } = request
    if (hasStayed(pending, verdict)) {
      const forgotten = forgetPending(pending.target, cookieHeader, settings)
      return {
        location: startPage(settings),
        setCookies: [...forgotten, ...markerAfter(pending, waiting, cookieHeader)],
      }
    }
    if (verdict.kind === 'logged-in' || hasLeft(pending, verdict)) return undefined
    const onward = verdict.kind === 'bounce' && pending.shortcuts < mostShortcuts
    const way = onward && (await send({ ...pending, shortcuts: pending.shortcuts + 1 }, request, waiting, secret))
    return way || toStartPage(cookieHeader)
  }

  return {
    async start(request) {
      const { verdict, cookieHeader } = request
      const target = canonicalTarget(request.target, settings)
      const secret = target && (await key())
      const fallback = { kind: 'fallback', continuePath: target?.slice(base.length) ?? 'dispatch.php/start' } as const
      if (!target || !secret) return { ...fallback, setCookies: [] }
      const waiting = readPending(cookieHeader, secret, now(), settings)
      const lack = lackOf(verdict) ?? 'anonymous'
      const pending = counted(waiting.find((each) => each.target === target) ?? newPending(target), lack)
      if ((pending.returns[lack] ?? 0) < mostReturns) {
        const way = await send(pending, request, waiting, secret)
        return way ? { kind: 'redirect', ...way } : { ...fallback, setCookies: [] }
      }
      const setCookies = [...forgetPending(target, cookieHeader, settings), ...clearMarker(cookieHeader, settings)]
      return { kind: 'give-up', lack, setCookies }
    },

    async leave({ target: sent, cookieHeader, sessionId }) {
      const target = canonicalTarget(sent, settings)
      const secret = target && (await key())
      if (!target || !secret) return []
      const waiting = readPending(cookieHeader, secret, now(), settings)
      const leaving = { ...latest(newPending(target), waiting, now()), leaving: sessionMark(sessionId) }
      const kept = keepPending(leaving, { cookieHeader, waiting }, secret, settings)
      return kept ? [...kept, setMarker(settings, 'leave')] : []
    },

    async resume(request) {
      const { cookieHeader, byStartPage } = request
      const secret = await key()
      const waiting = secret ? readPending(cookieHeader, secret, now(), settings) : []
      const pending = chosen(waiting, formOfReferer(request.referer, settings), byStartPage)
      if (!secret || !pending) return toStartPage(cookieHeader)
      const elsewhere = byStartPage && (await fromStartPage(pending, request, waiting, secret))
      if (elsewhere) return elsewhere
      const kept = keepPending(
        { ...pending, resumed: true, leaving: undefined },
        { cookieHeader, waiting },
        secret,
        settings,
      )
      return {
        location: pending.target,
        setCookies: [...(kept ?? []), ...markerAfter(pending, waiting, cookieHeader)],
      }
    },

    arrived({ target, cookieHeader }) {
      const ids = idsIn(cookieHeader)
      if (ids.size === 0) return clearMarker(cookieHeader, settings)
      const canonical = canonicalTarget(target, settings)
      const others = [...ids].some((id) => canonical === undefined || id !== pendingId(canonical))
      const forgotten = canonical ? forgetPending(canonical, cookieHeader, settings) : []
      return [...forgotten, ...(others ? [] : clearMarker(cookieHeader, settings))]
    },
  }
}
