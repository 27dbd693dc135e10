// The texts of the command line in the language of the operator's shell, by i18next.
import i18next from 'i18next'
import { faultSentence, type SettingFault } from '../config/fault-texts.ts'
import { doctorDe } from '../doctor/texts-de.ts'
import { doctorEn } from '../doctor/texts-en.ts'
import { de } from './texts-de.ts'
import { en } from './texts-en.ts'

type Catalogued = keyof typeof en | keyof typeof doctorEn
/** A key of the catalogue; a plural is named without its `_one` or `_other` and takes `count`. */
export type TextKey = Catalogued extends infer K ? (K extends `${infer Stem}_${'one' | 'other'}` ? Stem : K) : never
export interface Translate {
  (key: TextKey, values?: Readonly<Record<string, string | number>>): string
  /** The sentence for a fault of the settings. */
  readonly setting: (fault: SettingFault) => string
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

/** Texts in one language. */
export const textsIn = (language: CliLanguage): Translate => {
  const translate = instance.getFixedT(language)
  return Object.assign(
    (key: TextKey, values: Readonly<Record<string, string | number>> = {}) => translate(key, values),
    {
      setting: (fault: SettingFault) => faultSentence(fault, language),
    },
  )
}
