// The frame around a page: title, stylesheets, navigation and footer as this Stud.IP version has them (contract §13).
import { basePath } from '../settings.ts'
import { configValues } from '../studip/config-values.ts'
import { frameValues } from './frame-values.ts'
import type { Moments } from './moments.ts'
import { moments } from './moments.ts'
import { since } from './navigation/entry.ts'
import type { FrameDeps, PageContext, PageFrame } from './page.ts'
import type { TemplateValues } from './render.ts'
import { texts } from './texts.ts'

/** Answers, for each page, the layout to use and everything its templates see. */
export const createFrames = (deps: FrameDeps) => {
  const { settings, surroundings } = deps
  const base = basePath(settings)
  const layout = since({ version: settings.studipVersion }, 5, 3) ? 'layout' : 'layout-5.2'
  const version = encodeURIComponent(settings.studipVersion.text)

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
    const { when, moment, day }: Moments = moments(context.languageTag, value('DEFAULT_TIMEZONE'))
    const url = (path: string) => base + path
    const icon = (colour: string, name: string) =>
      `${settings.assetsUrl}images/icons/${colour}/${name}.svg?v=${version}`
    const page = frameValues(deps, context, frame, { value, site, person })
    return { layout, values: { page, m, t, pieces, url, icon, when, moment, day } }
  }
}
