// One entry of Stud.IP's navigation, and what decides whether somebody sees it.
import type { GlobalField } from '../../studip/global-config.ts'
import { isListedIn, isSwitchedOn, type ConfigValue } from '../../studip/config-values.ts'
import type { StudipVersion } from '../../settings.ts'
import type { Perms } from '../../studip/verdict.ts'
import type { TextKey } from '../texts.ts'

export interface Entry {
  readonly id: string
  readonly text: TextKey
  readonly path: string
}
export interface IconEntry extends Entry {
  readonly icon: string
}

/** Who looks, at which Stud.IP, on which day. */
export interface Viewer {
  readonly version: StudipVersion
  readonly perms: Perms
  readonly value: ConfigValue
  /** `2026-11-29` in the installation's time zone. */
  readonly today: string
}

/** Lowest first (contract §3); `nobody` is whoever is not logged in. */
const levels: readonly string[] = ['nobody', 'user', 'autor', 'tutor', 'dozent', 'admin', 'root']

/** At least this level. A level that Stud.IP does not know is nobody's. */
export const hasLevel = ({ perms }: Pick<Viewer, 'perms'>, least: string): boolean =>
  levels.includes(least) && levels.indexOf(perms) >= levels.indexOf(least)

export const since = ({ version }: Pick<Viewer, 'version'>, major: number, minor: number): boolean =>
  version.major > major || (version.major === major && version.minor >= minor)

export const isOn = ({ value }: Pick<Viewer, 'value'>, field: GlobalField): boolean => isSwitchedOn(value, field)
export const isListed = ({ value }: Pick<Viewer, 'value'>, field: GlobalField, word: string): boolean =>
  isListedIn(value, field, word)

export const link = (id: string, text: TextKey, path: string): Entry => ({ id, text, path })

/** The entry where it is seen, else none. */
export const when = <E extends Entry>(isSeen: boolean, entry: E): readonly E[] => (isSeen ? [entry] : [])
