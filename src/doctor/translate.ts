// The texts of the checks, as whoever runs them provides them in the operator's language.
import type { SettingFault } from '../config/fault-texts.ts'
import type { RedirectUriFault } from '../oauth/redirect-uri-registration.ts'
import type { doctorEn } from './texts-en.ts'

/** A plural is named without its `_one` or `_other` and takes `count`. */
export type TextKey = keyof typeof doctorEn extends infer K
  ? K extends `${infer Stem}_${'one' | 'other'}`
    ? Stem
    : K
  : never

export interface Translate {
  (key: TextKey, values?: Readonly<Record<string, string | number>>): string
  /** The sentence for a fault of the settings. */
  readonly setting: (fault: SettingFault) => string
  /** The sentences for faults of key files; undefined for another error. */
  readonly keyFiles: (error: unknown) => string | undefined
  /** What is wrong with a redirect URI, and what to write instead. */
  readonly redirectUri: (fault: RedirectUriFault, uri: string) => string
}
