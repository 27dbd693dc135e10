// What a page is made of: for whom, which one, and what the installation says.
import type { Settings } from '../settings.ts'
import type { GlobalConfig } from '../studip/config-values.ts'
import type { Surroundings } from '../studip/surroundings.ts'
import type { Language, StudipUser } from '../studip/verdict.ts'
import type { Place } from './navigation/index.ts'
import type { TellOdd } from './oddities.ts'
import type { OwnAssets } from './own-assets.ts'
import type { TextKey } from './texts.ts'

/** For whom a page is rendered. */
export interface PageContext {
  readonly language: Language
  /** E.g. `de-DE`, for the lang attribute and for dates. */
  readonly languageTag: string
  /** Undefined where nobody is known to be logged in. */
  readonly user?: StudipUser | undefined
  /** Undefined leaves it to the installation's default. */
  readonly highContrast?: boolean | undefined
  /** Path that was asked for, without its query. */
  readonly path?: string | undefined
}

/** What sets one page's frame apart from another's. */
export interface PageFrame {
  readonly title: TextKey
  /** As contract §10 lists it. */
  readonly bodyId: string
  readonly place?: Place
  /** The consent page has no header, as in Stud.IP. */
  readonly bare?: boolean
  /** Views and actions in the sidebar. */
  readonly sidebar?: 'clients'
}

export interface FrameDeps {
  readonly settings: Pick<Settings, 'baseUrl' | 'assetsUrl' | 'studipVersion'>
  readonly config: GlobalConfig
  readonly surroundings: Surroundings
  readonly tellOdd: TellOdd
  readonly assets: OwnAssets
  readonly now: () => number
}
