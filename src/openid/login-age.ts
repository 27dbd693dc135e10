// Is the login young enough (OpenID Connect Core §3.1.2.1: prompt=login, max_age)? Only a later one satisfies, and nothing loops (S-138).
import type { SignInRequest } from './request-checks.ts'

/** What is remembered of a request that wanted a later login. Times are unix seconds. */
export interface LoginAsked {
  readonly clientId: string
  /** Only a login after this one counts. */
  readonly after: number
  readonly until: number
}

/** Seconds in which somebody may log in again. */
const patience = 1_800

type Asking = Pick<SignInRequest, 'prompt' | 'maxAge'>

/** True where the time of the login matters at all. */
export const asksForLogin = ({ prompt, maxAge }: Asking): boolean => prompt.has('login') || maxAge !== undefined

/** `loginAt` of whoever is logged in. A login of this very second is not yet a later one. */
export const newLoginAsked = (clientId: string, loginAt: number | undefined, now: number): LoginAsked => ({
  clientId,
  after: Math.max(loginAt ?? 0, now - 1),
  until: now + patience,
})

const isYoung = ({ maxAge }: Asking, loginAt: number | undefined, now: number): boolean =>
  maxAge === undefined || (loginAt !== undefined && maxAge > 0 && now - loginAt <= maxAge)

/**
 * `fresh`: go on. `ask`: the user has to log in again. `refused`: that was asked for, and no later login came of it.
 * `asked` is what this request brings along of an earlier round.
 */
export const judgeLogin = (
  asking: Asking,
  { loginAt, now, clientId }: { loginAt: number | undefined; now: number; clientId: string },
  asked: LoginAsked | undefined,
): 'fresh' | 'ask' | 'refused' => {
  if (!asksForLogin(asking)) return 'fresh'
  if (asked?.clientId === clientId && asked.until >= now) return (loginAt ?? 0) > asked.after ? 'fresh' : 'refused'
  return isYoung(asking, loginAt, now) && !asking.prompt.has('login') ? 'fresh' : 'ask'
}
