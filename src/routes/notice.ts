// A message that survives one redirect and is shown once: sealed into a cookie, so that any instance can show it and none keeps it.
import { stringifySetCookie, parseCookie } from 'cookie'
import { createHash } from 'node:crypto'
import type { Context } from 'koa'
import type { KeyRing } from '../crypto/key-ring.ts'
import { open, seal } from '../crypto/sealed.ts'
import { identityOf } from '../middleware/identity.ts'
import type { Now } from '../oauth/ports.ts'
import { type Settings } from '../settings.ts'
import type { Notice } from '../views/notice.ts'

export interface NoticeDeps {
  readonly keys: KeyRing
  readonly now: Now
  readonly settings: Pick<Settings, 'baseUrl'>
}

interface Sealed {
  readonly notice: Notice
  readonly reader: string
  readonly expiresAt: number
}

const cookieName = 'oauth2_notice'
const kind = 'notice'
/** Seconds: a redirect, not a store. */
const lifetime = 120
/** Characters; bounds.noticeCookie holds as many of four bytes each. */
const mostOfAName = 100

// Bound to the session, whose id does not leave.
const readerOf = (ctx: Context): string => {
  const { sessionId, user } = identityOf(ctx)
  return createHash('sha256').update(`${sessionId} ${user.id}`).digest('base64url')
}

const setCookie = ({ settings }: NoticeDeps, ctx: Context, value: string, path: string, maxAge: number): void =>
  ctx.append(
    'Set-Cookie',
    stringifySetCookie({
      name: cookieName,
      value,
      path,
      maxAge,
      httpOnly: true,
      sameSite: 'strict',
      secure: settings.baseUrl.startsWith('https:'),
    }),
  )

// The cookie shares a line with those of waiting requests (A16), and nobody needs more of a name to know which one it is.
const shortened = (notice: Notice): Notice => {
  if (!('name' in notice)) return notice
  const characters = Array.from(notice.name)
  return characters.length <= mostOfAName
    ? notice
    : { ...notice, name: `${characters.slice(0, mostOfAName - 1).join('')}…` }
}

/** Leaves a notice for the page at `path`; it may hold a client secret (S-096), so it is encrypted and never in an address. */
export const leaveNotice = async (deps: NoticeDeps, ctx: Context, path: string, notice: Notice): Promise<void> => {
  const sealed: Sealed = { notice: shortened(notice), reader: readerOf(ctx), expiresAt: deps.now() + lifetime }
  setCookie(deps, ctx, seal(sealed, (await deps.keys.current()).derive(kind), kind), path, lifetime)
}

/** The notice left for this page, for this session and user; the answer takes it away, so that no reload or way back shows it again. */
export const takeNotice = async (deps: NoticeDeps, ctx: Context): Promise<Notice | undefined> => {
  const text = parseCookie(ctx.get('Cookie'))[cookieName]
  if (text === undefined) return undefined
  setCookie(deps, ctx, '', ctx.path, 0)
  const sealed = open<Sealed>(text, (await deps.keys.current()).derive(kind), kind)
  return sealed && sealed.reader === readerOf(ctx) && sealed.expiresAt >= deps.now() ? sealed.notice : undefined
}
