// Which of the waiting requests is meant, and which has made a round in vain (B7, R21).
import { pendingId, sessionMark, type Pending } from './pending.ts'
import type { Form } from './trampoline-url.ts'
import type { Lack, Verdict } from './verdict.ts'

export const newPending = (target: string): Pending => ({
  target,
  returns: {},
  shortcuts: 0,
  named: false,
  resumed: false,
  at: 0,
  sequence: 0,
})

/** Later than all that wait. */
export const latest = (pending: Pending, waiting: readonly Pending[], now: number): Pending => ({
  ...pending,
  at: now,
  sequence: 1 + Math.max(0, ...waiting.map(({ sequence }) => sequence)),
})

/** Whether they that were asked to log out went to the start page instead: still in that session, or in again after a logout that was all. */
export const hasStayed = ({ leaving, target }: Pending, verdict: Verdict): boolean =>
  leaving !== undefined &&
  verdict.kind !== 'anonymous' &&
  (/\/dispatch\.php\/api\/oauth2\/logout(?:\?|$)/.test(target) ||
    (verdict.kind === 'logged-in' && sessionMark(verdict.sessionId) === leaving))

/** Whether the logout that was asked for has happened. */
export const hasLeft = ({ leaving }: Pending, verdict: Verdict): boolean =>
  leaving !== undefined && verdict.kind === 'anonymous'

/** Only who came back and still lacks something has made a round in vain; a reload, a second tab or a prefetch has not. */
export const counted = (pending: Pending, lack: Lack): Pending =>
  pending.resumed ? { ...pending, returns: { ...pending.returns, [lack]: (pending.returns[lack] ?? 0) + 1 } } : pending

/**
 * The request of this tab where its form tells, else the latest that has not come back. When all have, a reload of the way
 * back leads to the latest once more; the start page does not.
 */
export const chosen = (
  waiting: readonly Pending[],
  form: Form | undefined,
  byStartPage: boolean,
): Pending | undefined => {
  const open = waiting.filter(({ resumed }) => !resumed)
  const ofForm = form?.request
    ? waiting.find(({ target }) => pendingId(target) === form.request)
    : form && open.find(({ named }) => !named)
  return ofForm ?? open[0] ?? (byStartPage ? undefined : waiting[0])
}
