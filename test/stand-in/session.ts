// Stand-in for PHP's session of Stud.IP: rows of session_data, cookies as each version sets them (contract §1).
import { randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import type { Knex } from 'knex'
import { decodeSession, encodeSession, sessionCookieName } from '../support/php-session-writer.ts'
import type { PhpArray, PhpValue } from '../support/php-serialize.ts'
import type { StandIn } from './stand-in.ts'

export interface Session {
  sid: string
  values: Record<string, PhpValue>
  /** The bytes as they were read; undefined for a new session. */
  readonly stored: Buffer | undefined
}

const newId = (): string => randomBytes(16).toString('hex')

/** The session that the cookie names, or a new one. 6.x adopts only ids that exist, 5.x any well-formed one. */
export async function openSession({ db, version }: StandIn, ctx: Context): Promise<Session> {
  const name = sessionCookieName(version)
  const sent = (
    ctx
      .get('cookie')
      .split(/;\s*/)
      .find((pair) => pair.startsWith(`${name}=`)) ?? ''
  ).slice(name.length + 1)
  const wellFormed = /^[0-9a-f]{32}$/.test(sent)
  const row = wellFormed
    ? ((await db('session_data').where({ sid: sent }).first('val')) as { val: Buffer } | undefined)
    : undefined
  if (row) return { sid: sent, values: decodeSession(row.val), stored: row.val }
  const sid = wellFormed && version === '5.4' ? sent : newId()
  return {
    sid,
    values: { ...anonymous(version), _language: ctx.get('accept-language').startsWith('en') ? 'en_GB' : 'de_DE' },
    stored: undefined,
  }
}

/** Writes the row and sets the cookie when the id is new to the browser. */
export async function saveSession(standIn: StandIn, ctx: Context, session: Session): Promise<void> {
  const { db, version } = standIn
  const val = encodeSession(session.values)
  // 6.x touches the row at every request; 5.x sends the data only, so `changed` moves when they changed.
  const touch = version === '6.0' ? ', changed = CURRENT_TIMESTAMP' : ''
  await db.raw(`INSERT INTO session_data (sid, val) VALUES (?, ?) ON DUPLICATE KEY UPDATE val = VALUES(val)${touch}`, [
    session.sid,
    val,
  ])
  const name = sessionCookieName(version)
  if (!ctx.get('cookie').includes(`${name}=${session.sid}`))
    ctx.append('Set-Cookie', cookie(standIn, ctx, name, session.sid))
}

const cookie = ({ version, base }: StandIn, ctx: Context, name: string, value: string): string => {
  // 5.x goes by HTTPS=on of the web server and has never heard of the proxy.
  const secure = version === '6.0' && ctx.get('x-forwarded-proto') === 'https'
  return `${name}=${value}; Path=${base}${secure ? '; Secure' : ''}; HttpOnly${version === '6.0' ? '; SameSite=Lax' : ''}`
}

/** A login or logout: the old row goes, a new id comes, only the named values stay. */
export async function renewSession({ db }: StandIn, session: Session, keep: readonly string[]): Promise<void> {
  await db('session_data').where({ sid: session.sid }).delete()
  session.sid = newId()
  session.values = Object.fromEntries(keep.map((key) => [key, session.values[key] ?? null]))
}

/** `auth` of each version for that user id (contract §1.4). */
export function authOf(
  version: StandIn['version'],
  uid: string,
  snapshot: Readonly<Record<string, string>> = {},
): PhpValue {
  const known = uid !== 'nobody' && uid !== 'form' && uid !== ''
  if (version === '6.0') return new Map([['uid', uid], ...(known ? [['auth_plugin', 'standard'] as const] : [])])
  const auth: PhpArray = new Map<string, PhpValue>([
    ['uid', uid],
    ['perm', snapshot['perm'] ?? ''],
  ])
  if (known) {
    const rest: Record<string, PhpValue> = {
      uname: snapshot['uname'] ?? '',
      jscript: false,
      devicePixelRatio: { float: 1 },
      auth_plugin: 'standard',
      xres: 1024,
      yres: 768,
    }
    for (const [key, value] of Object.entries(rest)) auth.set(key, value)
  }
  return {
    class: 'Seminar_Default_Auth',
    properties: new Map<string, PhpValue>([
      ['auth', auth],
      ['classname', 'Seminar_Default_Auth'],
    ]),
  }
}

const anonymous = (version: StandIn['version']): Record<string, PhpValue> => ({ auth: authOf(version, 'nobody') })

const uidOf = (auth: PhpValue | undefined): PhpValue | undefined => {
  const inner = auth instanceof Map ? auth : isPhpObject(auth) ? auth.properties.get('auth') : undefined
  return inner instanceof Map ? inner.get('uid') : undefined
}

/** True while 5.x shows its login form. */
export const isForm = (auth: PhpValue | undefined): boolean => uidOf(auth) === 'form'

/** The user id in `auth`; undefined for `nobody`, `form` and everything unknown. */
export function userIdIn(values: Readonly<Record<string, PhpValue>>): string | undefined {
  const uid = uidOf(values['auth'])
  return typeof uid === 'string' && !['', 'nobody', 'form'].includes(uid) ? uid : undefined
}

const isPhpObject = (value: PhpValue | undefined): value is { class: string; properties: PhpArray } =>
  typeof value === 'object' && value !== null && 'properties' in value

/** Stud.IP's cleaning of old sessions: 24 hours without a change in 5.x, two hours in 6.x (contract §1.6). */
export const collectSessions = (db: Knex, version: StandIn['version']): Promise<number> =>
  db('session_data')
    .whereRaw('changed < CURRENT_TIMESTAMP - INTERVAL ? SECOND', [version === '6.0' ? 7200 : 86_400])
    .delete()
