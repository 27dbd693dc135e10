// Writes session rows byte for byte as Stud.IP 5.x and 6.x do (contract §1.3, §1.4; shapes seen in the golden sessions).
import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { fromBytes, toBytes, type PhpInput, type PhpValue } from './php-serialize.ts'

export interface SessionContent {
  /** User id; `nobody`, or `form` on 5.x, for an anonymous session. */
  readonly uid: string
  /** `_language`; null leaves it out. */
  readonly language?: string | null
  readonly securityToken?: string
  /** `redirect_after_login` (6.x). */
  readonly redirectAfterLogin?: string | null
  /** `tfa/confirmed` */
  readonly secondFactor?: { readonly code: string; readonly timeslice: bigint }
  /** `SessionStart`; null leaves it out, as it is between a login on 6.x and the first page after it. */
  readonly sessionStart?: number | null
  /** Snapshots of 5.x, never to be trusted. */
  readonly perm?: string
  readonly uname?: string
  /** Further keys, appended last. */
  readonly more?: Readonly<Record<string, PhpInput>>
}

/** `key|value` for every entry, nothing between them: session_encode() of PHP. */
export const encodeSession = (entries: Readonly<Record<string, PhpInput>>): Buffer =>
  Buffer.concat(Object.entries(entries).flatMap(([key, value]) => [Buffer.from(`${key}|`), toBytes(value)]))

/** The inverse: session_decode() of PHP for what `fromBytes` knows. */
export function decodeSession(bytes: Buffer): Record<string, PhpValue> {
  const entries: [string, PhpValue][] = []
  for (let at = 0; at < bytes.length;) {
    const bar = bytes.indexOf('|', at)
    if (bar < 0) throw new Error(`no | after byte ${at}`)
    const { value, end } = fromBytes(bytes, bar + 1)
    entries.push([bytes.toString('utf8', at, bar), value])
    at = end
  }
  return Object.fromEntries(entries)
}

const isAnonymous = (uid: string): boolean => uid === 'nobody' || uid === 'form' || uid === ''

const common = (content: SessionContent): Record<string, PhpInput> => ({
  ...(content.language === null ? {} : { _language: content.language ?? 'de_DE' }),
  ...(content.sessionStart === null ? {} : { SessionStart: content.sessionStart ?? 1 }),
  'tfa/failed': [],
  ...(content.secondFactor ? { 'tfa/confirmed': { ...content.secondFactor } } : {}),
  ...(content.securityToken ? { security_token: content.securityToken } : {}),
  ...content.more,
})

/** The session of 6.x: `auth` is an array. */
export const sessionBytes6 = (content: SessionContent): Buffer =>
  encodeSession({
    auth: isAnonymous(content.uid) ? { uid: content.uid } : { uid: content.uid, auth_plugin: 'standard' },
    ...(isAnonymous(content.uid) && content.redirectAfterLogin === undefined
      ? {}
      : { redirect_after_login: content.redirectAfterLogin ?? null }),
    ...common(content),
  })

/** The session of 5.x: `auth` is an object of phplib with a snapshot of the user. */
export const sessionBytes5 = (content: SessionContent): Buffer => {
  const { uid, perm = 'autor', uname = 'someone' } = content
  const auth: PhpInput = isAnonymous(uid)
    ? { uid, perm: '' }
    : {
        uid,
        perm,
        uname,
        jscript: false,
        devicePixelRatio: { float: 1 },
        auth_plugin: 'standard',
        xres: 1024,
        yres: 768,
      }
  const properties = new Map<string, PhpInput>([
    ['auth', auth],
    ['classname', 'Seminar_Default_Auth'],
  ])
  return encodeSession({
    auth: { class: 'Seminar_Default_Auth', properties } as PhpInput,
    forced_language: null,
    ...common(content),
  })
}

export interface SessionRow {
  readonly version?: '6.0' | '5.4'
  readonly content: SessionContent | Buffer
  /** Unix seconds of `changed`; now unless given. */
  readonly changed?: number
  /** 32 hex characters; random unless given. */
  readonly sid?: string
}

/** Stores a session and answers its id: the value of the cookie `Studip_Session` (6.x) or `Seminar_Session` (5.x). */
export async function insertSession(
  db: Knex,
  { version = '6.0', content, changed, sid = randomBytes(16).toString('hex') }: SessionRow,
): Promise<string> {
  const val = Buffer.isBuffer(content) ? content : version === '6.0' ? sessionBytes6(content) : sessionBytes5(content)
  await db('session_data').insert({
    sid,
    val,
    changed: db.raw('FROM_UNIXTIME(?)', [changed ?? Math.floor(Date.now() / 1000)]),
  })
  return sid
}

/** Name of Stud.IP's session cookie. */
export const sessionCookieName = (version: '6.0' | '5.4'): string =>
  version === '6.0' ? 'Studip_Session' : 'Seminar_Session'
