// Which of the waiting requests is meant, and which has made a round in vain (B7, R21).
import { pendingId, type Pending } from './pending.ts'
import type { Form } from './trampoline-url.ts'
import type { Lack } from './verdict.ts'

export const newPending = (target: string): Pending => ({
  target,
  returns: {},
  shortcuts: 0,
  named: false,
  resumed: false,
  at: 0,
  sequence: 0,
})

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
