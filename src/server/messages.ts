// What the primary process and its workers tell each other.
import type { Settings } from '../settings.ts'

/** One line a check; undefined stands for "in order". */
export interface Readiness {
  readonly database: string | undefined
  readonly keys: string | undefined
}

/** The argument of a worker that is told its settings; one without reads them itself. */
export const waitsForSettings = '--wait-for-settings'

export interface HandOver {
  readonly kind: 'settings'
  readonly settings: Settings
}
export type ToWorker =
  | { readonly kind: 'drain' }
  | { readonly kind: 'readiness'; readonly id: number }
  /** Answered at once, whatever database and keys do. */
  | { readonly kind: 'alive'; readonly id: number }
export type ToPrimary =
  | { readonly kind: 'ready' }
  /** The worker cannot start; `sentence` says why and what to do, `mayPass` whether trying again may help. */
  | { readonly kind: 'failed'; readonly sentence: string; readonly mayPass: boolean }
  | { readonly kind: 'readiness'; readonly id: number; readonly readiness: Readiness }
  | { readonly kind: 'alive'; readonly id: number }

/** Libraries talk over the same channel; only objects with one of our kinds are ours. */
export const isOurs = <T extends HandOver | ToWorker | ToPrimary>(
  message: unknown,
  kinds: readonly T['kind'][],
): message is T =>
  typeof message === 'object' && message !== null && 'kind' in message && kinds.includes(message.kind as T['kind'])
