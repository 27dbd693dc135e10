// What the bounce is asked, and its closed set of answers.
import type { Lack, Verdict } from './verdict.ts'

export interface BounceRequest {
  /** Anything but `logged-in` and `maintenance`. */
  readonly verdict: Verdict
  /** Path and query of this request as it was received. */
  readonly target: string
  readonly cookieHeader: string | undefined
}

export interface Homecoming {
  readonly verdict: Verdict
  readonly cookieHeader: string | undefined
  readonly referer: string | undefined
  /** True when nginx led here from Stud.IP's start page (D20): a guess, and no return of Stud.IP. */
  readonly byStartPage: boolean
}

export interface Redirect {
  readonly location: string
  readonly setCookies: readonly string[]
}

export type BounceAnswer =
  | ({ readonly kind: 'redirect' } & Redirect)
  /** Show a page: log in in another tab, then go on at `continuePath`, a path below BASE. */
  | { readonly kind: 'fallback'; readonly continuePath: string; readonly setCookies: readonly string[] }
  /** It came back twice and the same was missing. Show an error page: we and Stud.IP do not see the same session. */
  | { readonly kind: 'give-up'; readonly lack: Lack; readonly setCookies: readonly string[] }

export interface Bounce {
  start(request: BounceRequest): Promise<BounceAnswer>
  /** Set-Cookie lines of a page that asks for a logout: afterwards Stud.IP's start page leads to the target. None where that is no page of ours, or too long. */
  leave(
    request: Omit<BounceRequest, 'verdict'> & { readonly sessionId: string | undefined },
  ): Promise<readonly string[]>
  /** Where `…/api/oauth2/resume` leads: a waiting request, what it still lacks, or else Stud.IP's start page. */
  resume(request: Homecoming): Promise<Redirect>
  /** Set-Cookie lines for the page that a request has reached: it waits no longer. */
  arrived(request: { readonly target: string; readonly cookieHeader: string | undefined }): readonly string[]
}
