// What Stud.IP's tables say about the frame of a page besides the configuration: the theme, its own pages, and how a person wants it.
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Knex } from 'knex'
import type { Settings } from '../settings.ts'
import { rowsOf } from '../stores/rows.ts'
import { pictureOf, type Picture } from './pictures.ts'

export interface Site {
  /** Unix seconds of the theme's last change; undefined before 6.1, and where it cannot be read. */
  readonly themeChangedAt: number | undefined
  /** Stud.IP's own pages by number, and who may open them; undefined where they cannot be read. */
  readonly pages: ReadonlyMap<string, { readonly isDraft: boolean; readonly isForUsersOnly: boolean }> | undefined
}

export interface Person {
  readonly picture: Picture
}

export interface Surroundings {
  /** At most ten seconds old. Never rejects. */
  site(): Promise<Site>
  /** Never rejects. */
  person(userId: string): Promise<Person>
}

interface Odd {
  (about: string, problem: string): void
}

interface SurroundingsDeps {
  /** Asked by itself: what fails here, for a right that is missing, must not fail what others ask. */
  readonly db: Knex
  readonly settings: Pick<Settings, 'studipPath' | 'studipVersion'>
  readonly tellOdd: Odd
}

interface PageRow {
  readonly detail_id: number | string
  readonly draft_status: number | string
  readonly page_disabled_nobody: number | string
}

const maxAgeMilliseconds = 10_000
/** More pages of its own no installation has. */
const mostPages = 500

const themeSql = "SELECT chdate FROM plugin_assets WHERE asset_id = 'studip-theme'"
const pagesSql = `SELECT detail_id, draft_status, page_disabled_nobody FROM siteinfo_details LIMIT ${mostPages}`

const hasThemes = ({ studipVersion: { major, minor } }: SurroundingsDeps['settings']): boolean =>
  major > 6 || (major === 6 && minor >= 1)

const readTheme = async ({ db, settings, tellOdd }: SurroundingsDeps): Promise<number | undefined> => {
  if (!hasThemes(settings)) return undefined
  const [row] = await rowsOf<{ readonly chdate: number | string }>(db.raw(themeSql))
  if (!row) tellOdd('theme', 'has no row in plugin_assets')
  else if (settings.studipPath !== undefined)
    await access(join(settings.studipPath, 'data/assets_cache/theme.css'), constants.F_OK).catch(() =>
      tellOdd('theme', 'has a row, and no file data/assets_cache/theme.css'),
    )
  return row && Number(row.chdate)
}

const readPages = async ({ db }: SurroundingsDeps): Promise<NonNullable<Site['pages']>> =>
  new Map(
    (await rowsOf<PageRow>(db.raw(pagesSql))).map((row) => [
      String(row.detail_id),
      { isDraft: Number(row.draft_status) !== 0, isForUsersOnly: Number(row.page_disabled_nobody) !== 0 },
    ]),
  )

/** What is away or may not be read is left out of the frame: a page never waits for it, nor fails by it. */
export const createSurroundings = (deps: SurroundingsDeps): Surroundings => {
  const { settings, tellOdd } = deps
  const orNothing = <T>(about: string, work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      tellOdd(about, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
      return undefined
    })
  let latest: { readonly site: Promise<Site>; readonly until: number } | undefined
  const readSite = async (): Promise<Site> => {
    const [themeChangedAt, pages] = await Promise.all([
      orNothing('theme', readTheme(deps)),
      orNothing('siteinfo_details', readPages(deps)),
    ])
    return { themeChangedAt, pages }
  }
  return {
    site: () => {
      if (!latest || performance.now() >= latest.until)
        latest = { site: readSite(), until: performance.now() + maxAgeMilliseconds }
      return latest.site
    },
    person: async (userId) => {
      const picture = await pictureOf(userId, settings)
      if (picture.kind === 'odd') tellOdd('pictures', picture.problem)
      return { picture }
    },
  }
}
