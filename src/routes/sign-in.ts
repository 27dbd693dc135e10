// What signing in adds to the authorization endpoint: requests by POST, prompt, max_age, id_token_hint (OpenID Connect Core §3.1.2.1; D26).
import type { Context, Middleware } from 'koa'
import { readIdTokenHint } from '../crypto/id-token.ts'
import { answerAt } from '../middleware/errors.ts'
import { formOf } from '../middleware/form.ts'
import { redirectToQuery } from '../middleware/form-to-query.ts'
import { identityOf, returnAfterLogout } from '../middleware/identity.ts'
import { pageContext } from '../middleware/page-context.ts'
import { PageError } from '../middleware/page-error.ts'
import { checkRequest, stateOf, type RequestTarget } from '../oauth/authorization-request.ts'
import { responseIssuer, type ResponseIss } from '../oauth/authorization-response.ts'
import { invalidRequest, loginRequired } from '../oauth/errors.ts'
import { readParameters } from '../oauth/parameters.ts'
import type { Now, OfferedScopes } from '../oauth/ports.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { openid } from '../oauth/scopes/openid.ts'
import { askedScopes } from '../oauth/scopes/parameter.ts'
import type { AuthorizationRequest, RawParameters } from '../oauth/types.ts'
import { asksForLogin, judgeLogin, newLoginAsked } from '../openid/login-age.ts'
import {
  isSilent,
  openidParameters,
  requestChecks,
  responseModeOf,
  type SignInRequest,
} from '../openid/request-checks.ts'
import { lackError, mayHearUnseen } from '../openid/silence.ts'
import type { Bounce } from '../studip/bounce-answer.ts'
import { lackOf, type Verdict } from '../studip/verdict.ts'
import type { Views } from '../views/views.ts'
import { loginAskedParameter, openLoginAsked, withLoginAsked, type LoginAskedDeps } from './login-asked.ts'

export interface SignInDeps extends LoginAskedDeps {
  readonly now: Now
  readonly offeredScopes: OfferedScopes
  readonly pkcePlain: boolean
  readonly issuer: string
  readonly responseIss: ResponseIss
  readonly bounce: Pick<Bounce, 'leave'>
  readonly views: Pick<Views, 'signInAgain'>
}

const parameters: ReadonlySet<string> = new Set([...readParameters, ...openidParameters, loginAskedParameter])

interface ParsedState {
  parsed?: { readonly query: string; readonly request: RawParameters }
}

/** The parameters of the authorization request in the query, which is parsed once as long as it stays the same. */
export const requestOf = (ctx: Context): RawParameters => {
  const { querystring: query } = ctx
  const state = ctx.state as ParsedState
  if (state.parsed?.query !== query) state.parsed = { query, request: parseForm(query, parameters) }
  return state.parsed.request
}

/** Names of the fields of an authorization request that comes as a form. */
export const requestFields: ReadonlySet<string> = new Set([...readParameters, ...openidParameters])

const offersSignIn = async ({ offeredScopes }: SignInDeps): Promise<boolean> =>
  (await offeredScopes()).includes(openid.name)

/** What OpenID Connect adds holds for requests that ask for it: to the others these parameters are unknown, as before (S-011). */
const signsIn = (raw: RawParameters, offered: readonly string[]): boolean =>
  offered.includes(openid.name) && askedScopes(raw).includes(openid.name)

/** An authorization request by POST becomes one by GET. The consent form is told apart by its own field. */
export const requestByPost = (deps: SignInDeps): Middleware =>
  async function requestByPost(ctx, next): Promise<void> {
    const form = formOf(ctx)
    if (ctx.method !== 'POST' || form['auth_token'] || !form['response_type'] || !(await offersSignIn(deps)))
      return void (await next())
    redirectToQuery(ctx, Object.fromEntries(Object.entries(form).filter(([name]) => requestFields.has(name))))
  }

/** The request with what it says about signing in; undefined in place of that where nobody can sign in here. */
export interface CheckedRequest {
  readonly request: AuthorizationRequest
  readonly signIn: SignInRequest | undefined
}

/** From here on the client hears of errors itself. @throws OAuthError */
export const checkedRequest = async (
  deps: SignInDeps,
  ctx: Context,
  target: RequestTarget,
): Promise<CheckedRequest> => {
  const raw = requestOf(ctx)
  const scopes = await deps.offeredScopes()
  const isSignIn = signsIn(raw, scopes)
  answerAt(ctx, {
    redirectUri: target.redirectUri,
    state: stateOf(raw),
    issuer: responseIssuer(deps, askedScopes(raw)),
    mode: isSignIn ? responseModeOf(raw) : undefined,
  })
  const signIn = isSignIn ? requestChecks(raw) : undefined
  const request = checkRequest(raw, target, { pkcePlain: deps.pkcePlain, scopes })
  return { request: signIn ? { ...request, signIn: signIn.parameters } : request, signIn }
}

/** Before the gate: prompt=none is answered without a page or a bounce (S-143), and who has yet to log in does so for good. */
export const beforeTheGate = (deps: SignInDeps): Middleware =>
  async function beforeTheGate(ctx, next) {
    const { verdict, target } = ctx.state as { verdict: Verdict; target: RequestTarget }
    const raw = requestOf(ctx)
    if (verdict.kind === 'logged-in' || !signsIn(raw, await deps.offeredScopes())) return void (await next())
    if (isSilent(raw)) {
      if (!mayHearUnseen(target))
        throw new PageError('login-needed', { hint: 'prompt=none of a client that cannot be told from an impostor' })
      await checkedRequest(deps, ctx, target)
      throw lackError(lackOf(verdict))
    }
    if ((raw['prompt'] || raw['max_age']) && verdict.kind === 'anonymous') {
      const asked = await openLoginAsked(deps, ctx, raw)
      const now = deps.now()
      if (!asked || asked.until < now)
        ctx.querystring = await withLoginAsked(deps, ctx, newLoginAsked(target.client.id, undefined, now))
    }
    await next()
  }

const checkHint = async (deps: SignInDeps, ctx: Context, { request, signIn }: CheckedRequest): Promise<void> => {
  const { signIn: key } = await deps.keys.current()
  if (signIn?.idTokenHint === undefined || !key) return
  const hint = await readIdTokenHint(signIn.idTokenHint, key, deps.issuer)
  if (hint?.clientId !== request.clientId)
    throw invalidRequest('The id_token_hint is none that this client got here.', 'Check the id_token_hint parameter')
  if (hint.userId !== identityOf(ctx).user.id) throw loginRequired('Somebody else is logged in.')
}

/**
 * Behind the gate: is it the right user, and is the login young enough? True when the page that asks for a new login was shown.
 * @throws OAuthError invalid_request, login_required
 */
export const asksToLogInAgain = async (
  deps: SignInDeps,
  ctx: Context,
  checked: CheckedRequest & { readonly clientName: string },
): Promise<boolean> => {
  const { request, signIn, clientName } = checked
  if (!signIn) return false
  await checkHint(deps, ctx, checked)
  if (!asksForLogin(signIn)) return false
  const now = deps.now()
  const { loginAt } = identityOf(ctx)
  const asked = await openLoginAsked(deps, ctx, requestOf(ctx))
  const judged = judgeLogin(signIn, { loginAt, now, clientId: request.clientId }, asked)
  if (judged === 'fresh') return false
  if (judged === 'refused') throw loginRequired('The user did not log in again.')
  if (signIn.prompt.has('none')) throw loginRequired('The login is older than max_age.')
  const query = await withLoginAsked(deps, ctx, newLoginAsked(request.clientId, loginAt, now))
  await returnAfterLogout(ctx, deps.bounce, `${ctx.path}?${query}`)
  ctx.type = 'html'
  ctx.body = await deps.views.signInAgain(pageContext(ctx), { clientName })
  return true
}
