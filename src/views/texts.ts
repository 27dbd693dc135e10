// The texts of the pages in the user's language, by i18next.
import i18next from 'i18next'
import type { Language } from '../studip/verdict.ts'
import { deDevice } from './texts-de-device.ts'
import { deFrame } from './texts-de-frame.ts'
import { deLists } from './texts-de-lists.ts'
import { deRequests } from './texts-de-requests.ts'
import { de } from './texts-de.ts'
import { enDevice } from './texts-en-device.ts'
import { enFrame } from './texts-en-frame.ts'
import { enLists } from './texts-en-lists.ts'
import { enRequests } from './texts-en-requests.ts'
import { en } from './texts-en.ts'

type Catalogued =
  keyof typeof de | keyof typeof deFrame | keyof typeof deLists | keyof typeof deDevice | keyof typeof deRequests
/** A key of the catalogue; a plural is named without its `_one` or `_other`. */
export type TextKey = Catalogued extends infer K ? (K extends `${infer Stem}_${'one' | 'other'}` ? Stem : K) : never
export type TextValues = Readonly<Record<string, string | number>>

/** A piece of a sentence; `value` pieces come from outside and are set off from the text. */
export interface Piece {
  readonly text: string
  readonly value: boolean
}

export interface Texts {
  /** The text of a key with its values filled in, not escaped. */
  readonly t: (key: TextKey, values?: TextValues) => string
  /** The same in pieces, so that a template can mark up the values. */
  readonly pieces: (key: TextKey, values: TextValues) => readonly Piece[]
}

const instance = i18next.createInstance()
await instance.init({
  lng: 'de',
  fallbackLng: false,
  showSupportNotice: false, // it would go to the console of the service
  keySeparator: false,
  nsSeparator: false,
  resources: {
    de: { translation: { ...de, ...deFrame, ...deLists, ...deDevice, ...deRequests } },
    en: { translation: { ...en, ...enFrame, ...enLists, ...enDevice, ...enRequests } },
  },
  // EJS escapes: doing it here too would show entities to the reader.
  interpolation: { escapeValue: false },
})

const split = (text: string, values: TextValues): readonly Piece[] =>
  text
    .split(/\{\{(\w+)\}\}/)
    .map((part, i) => ({ text: i % 2 ? String(values[part] ?? '') : part, value: i % 2 === 1 }))

// The library looks a key up for some ten microseconds, and a page has fifty of them.
const remembered = (lookUp: (key: TextKey) => string) => {
  const known = new Map<TextKey, string>()
  return (key: TextKey): string => {
    const text = known.get(key) ?? lookUp(key)
    known.set(key, text)
    return text
  }
}

// One count stands for all of its plural form: the language has few, so few texts are remembered.
const rememberedPlurals = (lookUp: (key: TextKey, count: number) => string, language: Language) => {
  const rules = new Intl.PluralRules(language)
  const forms = new Map<string, (key: TextKey) => string>()
  return (key: TextKey, count: number): string => {
    const form = rules.select(count)
    const known = forms.get(form) ?? remembered((each) => lookUp(each, count))
    forms.set(form, known)
    return known(key)
  }
}

const textsIn = (language: Language): Texts => {
  const translate = instance.getFixedT(language)
  const plain = remembered((key) => translate(key, {}))
  const uninterpolated = remembered((key) => translate(key, { skipInterpolation: true }))
  const plural = rememberedPlurals((key, count) => translate(key, { count, skipInterpolation: true }), language)
  const patternOf = (key: TextKey, { count }: TextValues): string =>
    typeof count === 'number' ? plural(key, count) : uninterpolated(key)
  const filled = (key: TextKey, values: TextValues): string =>
    split(patternOf(key, values), values)
      .map(({ text }) => text)
      .join('')
  return {
    t: (key, values) => (values ? filled(key, values) : plain(key)),
    pieces: (key, values) => split(uninterpolated(key), values),
  }
}

/** The texts of each language. */
export const texts: Readonly<Record<Language, Texts>> = { de: textsIn('de'), en: textsIn('en') }
