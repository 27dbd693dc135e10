// The frame around a page: title, stylesheets, navigation and footer as this Stud.IP version has them (contract §13).
import { basePath, type StudipVersion } from '../settings.ts'
import { configValues } from '../studip/config-values.ts'
import { frameValues } from './frame-values.ts'
import { moments } from './moments.ts'
import { since } from './navigation/entry.ts'
import type { FrameDeps, PageContext, PageFrame } from './page.ts'
import type { TemplateValues } from './render.ts'
import { texts } from './texts.ts'

/** The newest Stud.IP whose pages we have seen: main, in the autumn of 2026. */
const newestSeen = { major: 6, minor: 3 }

const isUnseen = ({ major, minor }: StudipVersion): boolean =>
  major > newestSeen.major || (major === newestSeen.major && minor > newestSeen.minor)

/** Answers, for each page, the layout to use and everything its templates see. */
export const createFrames = (deps: FrameDeps) => {
  const { settings, surroundings, tellOdd } = deps
  const base = basePath(settings)
  const layout = since({ version: settings.studipVersion }, 5, 3) ? 'layout' : 'layout-5.2'
  const version = encodeURIComponent(settings.studipVersion.text)

  if (isUnseen(settings.studipVersion))
    tellOdd('version', `is newer than ${newestSeen.major}.${newestSeen.minor}, whose frame is drawn`)

  return async (
    context: PageContext,
    frame: PageFrame,
    m: unknown,
  ): Promise<{ readonly layout: string; readonly values: TemplateValues }> => {
    const [value, site, person] = await Promise.all([
      configValues(deps.config),
      surroundings.site(),
      context.user && surroundings.person(context.user.id),
    ])
    const { t, pieces } = texts[context.language]
    const { when, moment, day, isZoneKnown } = moments(context.languageTag, value('DEFAULT_TIMEZONE'))
    if (!isZoneKnown) tellOdd('DEFAULT_TIMEZONE', 'is no time zone; Europe/Berlin stands in')
    const url = (path: string) => base + path
    const icon = (colour: string, name: string) =>
      `${settings.assetsUrl}images/icons/${colour}/${name}.svg?v=${version}`
    const page = frameValues(deps, context, frame, { value, site, person })
    return { layout, values: { page, m, t, pieces, url, icon, when, moment, day } }
  }
}
