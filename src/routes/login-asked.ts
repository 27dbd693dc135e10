// Remembers, in the address of a request that waits for a later login, which one it waits for (S-138). Sealed, and bound to the
// browser: nobody else can say so, and what another browser was asked counts for nobody here.
import { parseCookie, stringifySetCookie } from 'cookie'
import type { Context } from 'koa'
import type { KeyRing } from '../crypto/key-ring.ts'
import { open, seal } from '../crypto/sealed.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { RandomHex } from '../oauth/ports.ts'
import type { RawParameters } from '../oauth/types.ts'
import type { LoginAsked } from '../openid/login-age.ts'
import { basePath, type Settings } from '../settings.ts'
import { cookieAttributes, waitingTime } from '../studip/cookie-attributes.ts'

export interface LoginAskedDeps {
  readonly keys: KeyRing
  readonly random: RandomHex
  readonly settings: Pick<Settings, 'baseUrl'>
}

interface Sealed extends LoginAsked {
  readonly browser: string
}

const kind = 'login_asked'
export const loginAskedParameter = kind
/** Names the browser by a random number, nothing else. */
const cookieName = 'studip_oauth2_login'

const keyOf = async (keys: KeyRing): Promise<Buffer> => (await keys.current()).derive(kind)

const browserOf = (ctx: Context): string | undefined =>
  /^[0-9a-f]{32}$/.exec(parseCookie(ctx.get('Cookie'))[cookieName] ?? '')?.[0]

/** What this request brings along of an earlier round; undefined for anything that we did not write for this browser. */
export const openLoginAsked = async (
  { keys }: LoginAskedDeps,
  ctx: Context,
  raw: RawParameters,
): Promise<LoginAsked | undefined> => {
  const text = loneValue(raw, kind)
  const asked = text === undefined ? undefined : open<Sealed>(text, await keyOf(keys), kind)
  return asked && asked.browser === browserOf(ctx) ? asked : undefined
}

/** The query with the new memory in the place of an older one; the answer names the browser. */
export const withLoginAsked = async (
  { keys, random, settings }: LoginAskedDeps,
  ctx: Context,
  asked: LoginAsked,
): Promise<string> => {
  const browser = browserOf(ctx) ?? random(16)
  const path = `${basePath(settings)}dispatch.php/api/oauth2/`
  const attributes = cookieAttributes(settings, path, waitingTime)
  ctx.append('Set-Cookie', stringifySetCookie({ name: cookieName, value: browser, ...attributes }))
  const others = ctx.querystring.split('&').filter((pair) => pair !== '' && !pair.startsWith(`${kind}=`))
  const sealed: Sealed = { ...asked, browser }
  return [...others, `${kind}=${seal(sealed, await keyOf(keys), kind)}`].join('&')
}
