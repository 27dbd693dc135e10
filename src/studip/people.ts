// What Stud.IP knows of a user, for those who sign in (D26).
import type { People } from '../openid/person.ts'
import type { Settings } from '../settings.ts'
import type { LookUp } from '../stores/lookups.ts'
import { fullName } from './full-name.ts'
import { pictureOf } from './pictures.ts'
import { isUserId } from './session.ts'

interface PersonRow {
  readonly asked: string
  readonly username: string | null
  readonly perms: string | null
  readonly Vorname: string | null
  readonly Nachname: string | null
  readonly Email: string | null
  readonly validation_key: string | null
}
interface DetailsRow {
  readonly asked: string
  readonly title_front: string | null
  readonly title_rear: string | null
  readonly preferred_language: string | null
  readonly chdate: number | string | null
}

// Each table by its primary key and bound values: a comparison of columns could meet two collations.
const personSql =
  'SELECT user_id AS asked, username, perms, Vorname, Nachname, Email, validation_key FROM auth_user_md5 WHERE user_id IN (?)'
const detailsSql =
  'SELECT user_id AS asked, title_front, title_rear, preferred_language, chdate FROM user_info WHERE user_id IN (?)'

type Where = Pick<Settings, 'baseUrl' | 'studipPath' | 'studipVersion'>

const readablePicture = async (userId: string, where: Where): Promise<string | undefined> => {
  const picture = await pictureOf(userId, where)
  return picture.kind === 'set' ? where.baseUrl + picture.paths.medium : undefined
}

const localeOf = (language: string | null | undefined): string | undefined =>
  /^[a-z]{2}_[A-Z]{2}$/.test(language ?? '') ? language!.replace('_', '-') : undefined

/** Stud.IP writes it down with every change of a user, names and address included; 0 came from elsewhere (contract §18.7). */
const changedAt = (chdate: DetailsRow['chdate'] | undefined): number | undefined => Number(chdate ?? 0) || undefined

/** One round trip, and a look for the picture. */
export const createPeople =
  ({ lookUp, settings }: { lookUp: LookUp; settings: Where }): People =>
  async (userId) => {
    if (!isUserId(userId)) return undefined
    const [row, details, picture] = await Promise.all([
      lookUp<PersonRow>(personSql, userId),
      lookUp<DetailsRow>(detailsSql, userId),
      readablePicture(userId, settings),
    ])
    if (!row) return undefined
    const text = (value: string | null | undefined): string => value ?? ''
    const [firstName, lastName] = [text(row.Vorname), text(row.Nachname)]
    const titles = { titleFront: text(details?.title_front), titleRear: text(details?.title_rear) }
    return {
      id: userId,
      username: text(row.username),
      fullName: fullName({ ...titles, firstName, lastName }),
      firstName,
      lastName,
      perms: text(row.perms),
      email: text(row.Email),
      emailVerified: text(row.validation_key) === '',
      locale: localeOf(details?.preferred_language),
      updatedAt: changedAt(details?.chdate),
      picture,
    }
  }
