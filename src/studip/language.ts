// Which of our two languages a person reads (contract §6.1).
import { bounds } from '../bounds.ts'
import type { Language } from './verdict.ts'

const tags: Readonly<Record<Language, string>> = { de: 'de-DE', en: 'en-GB' }

export interface LanguageHints {
  /** `_language` of the session. */
  readonly session: string | undefined
  /** user_info.preferred_language. */
  readonly preferred: string | undefined
  readonly acceptLanguage: string | undefined
  /** Configuration DEFAULT_LANGUAGE. */
  readonly fallback: string
}

const known = (locale: string | undefined): Language | undefined => {
  const prefix = /^(de|en)(?![a-z])/i.exec(locale ?? '')?.[1]?.toLowerCase()
  return prefix as Language | undefined
}

/** The best of ours in an Accept-Language header (RFC 9110 §12.5.4). */
export const acceptedLanguage = (header: string | undefined): Language | undefined => {
  const ranges = (header ?? '')
    .slice(0, bounds.acceptLanguage.most)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim())
      const weight = parameters.find((piece) => /^q=/i.test(piece))
      return { language: known(tag), weight: weight === undefined ? 1 : Number(weight.slice(2)) }
    })
  const [best] = ranges.filter(({ language, weight }) => language && weight > 0).sort((a, b) => b.weight - a.weight)
  return best?.language
}

/** Session, user, browser, default. A locale that is neither German nor English reads English. */
export const chooseLanguage = ({
  session,
  preferred,
  acceptLanguage,
  fallback,
}: LanguageHints): { readonly language: Language; readonly languageTag: string } => {
  const foreign = session || preferred ? 'en' : undefined
  const language =
    known(session) ?? known(preferred) ?? acceptedLanguage(acceptLanguage) ?? foreign ?? known(fallback) ?? 'en'
  return { language, languageTag: tags[language] }
}
