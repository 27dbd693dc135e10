// The texts of the command line in the language of the operator's shell, by i18next.
import i18next from 'i18next'
import { faultSentence, type SettingFault } from '../config/fault-texts.ts'
import { KeyFileError, keyFaults, keyFaultSentence, KeyFilesError, type KeyFault } from '../crypto/key-fault.ts'
import { doctorDe } from '../doctor/texts-de.ts'
import { doctorEn } from '../doctor/texts-en.ts'
import type { RedirectUriFault } from '../oauth/redirect-uri-registration.ts'
import { de } from './texts-de.ts'
import { en } from './texts-en.ts'
import { keyFaultsDe } from './texts-keys-de.ts'

type Catalogued = keyof typeof en | keyof typeof doctorEn
/** A key of the catalogue; a plural is named without its `_one` or `_other` and takes `count`. */
export type TextKey = Catalogued extends infer K ? (K extends `${infer Stem}_${'one' | 'other'}` ? Stem : K) : never
export interface Translate {
  (key: TextKey, values?: Readonly<Record<string, string | number>>): string
  /** The sentence for a fault of the settings. */
  readonly setting: (fault: SettingFault) => string
  /** The sentences for faults of key files; undefined for another error. */
  readonly keyFiles: (error: unknown) => string | undefined
  /** What is wrong with a redirect URI, and what to write instead. */
  readonly redirectUri: (fault: RedirectUriFault, uri: string) => string
}
export type CliLanguage = 'de' | 'en'

const instance = i18next.createInstance()
await instance.init({
  fallbackLng: false,
  showSupportNotice: false,
  keySeparator: false,
  nsSeparator: false,
  resources: { de: { translation: { ...de, ...doctorDe } }, en: { translation: { ...en, ...doctorEn } } },
  interpolation: { escapeValue: false },
})

/** The language that the shell asks for, in the order of POSIX: LC_ALL, LC_MESSAGES, LANG. German or English. */
export const languageOf = (env: NodeJS.ProcessEnv): CliLanguage =>
  /^de(?![a-z])/i.test(env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '') ? 'de' : 'en'

const keyFilesSentence = (error: unknown, sentences: Readonly<Record<KeyFault, string>>): string | undefined => {
  const faults = error instanceof KeyFilesError ? error.faults : error instanceof KeyFileError ? [error] : []
  return faults.map(({ fault, details }) => keyFaultSentence(sentences, fault, details)).join(' ') || undefined
}

/** Texts in one language. */
export const textsIn = (language: CliLanguage): Translate => {
  const translate = instance.getFixedT(language)
  return Object.assign(
    (key: TextKey, values: Readonly<Record<string, string | number>> = {}) => translate(key, values),
    {
      setting: (fault: SettingFault) => faultSentence(fault, language),
      keyFiles: (error: unknown) => keyFilesSentence(error, language === 'de' ? keyFaultsDe : keyFaults),
      redirectUri: (fault: RedirectUriFault, uri: string) => translate(`registration.redirect.${fault}`, { uri }),
    },
  )
}
