// Stand-in for the checks that Stud.IP makes on the user of a session at every request (contract §2.1), and its configuration.
import type { Knex } from 'knex'

export interface UserRow {
  readonly user_id: string
  readonly username: string
  readonly password: Buffer
  readonly perms: string
  readonly Vorname: string | null
  readonly Nachname: string | null
  readonly locked: number
  readonly validation_key: string
  readonly visible: string
  readonly auth_plugin: string | null
}

const now = (): number => Math.floor(Date.now() / 1000)

/** The user unless gone, nameless, locked or expired. */
export async function activeUser(db: Knex, userId: string | undefined): Promise<UserRow | undefined> {
  if (userId === undefined) return undefined
  const user = await db<UserRow>('auth_user_md5').where({ user_id: userId }).first()
  if (!user || user.username === '' || user.locked) return undefined
  const expires = Number((await userConfig(db, 'EXPIRATION_DATE', userId)) ?? 0)
  return expires > 0 && expires < now() ? undefined : user
}

const valueOf = async (db: Knex, field: string, rangeId: string): Promise<string | undefined> =>
  ((await db('config_values').where({ field, range_id: rangeId }).first('value')) as { value: string } | undefined)
    ?.value

/** The user's own value, else the global one. */
export const userConfig = async (db: Knex, field: string, userId: string): Promise<string | undefined> =>
  (await valueOf(db, field, userId)) ?? globalConfig(db, field)

export const globalConfig = async (db: Knex, field: string): Promise<string | undefined> =>
  (await valueOf(db, field, 'studip')) ??
  ((await db('config').where({ field }).first('value')) as { value: string } | undefined)?.value

/** PHP's truth: only '' and '0' are false. */
export const truthy = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0'
