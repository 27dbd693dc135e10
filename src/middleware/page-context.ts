// For whom a page is: the language and user that the gate found, else what the browser asks for.
import type { Context } from 'koa'
import { acceptedLanguage } from '../studip/language.ts'
import type { Verdict } from '../studip/verdict.ts'
import type { PageContext } from '../views/page.ts'

/** Works before the gate has spoken, too, so that an error page always finds its language. */
export const pageContext = (ctx: Context): PageContext => {
  const { path } = ctx
  const verdict = (ctx.state as { verdict?: Verdict }).verdict
  if (!verdict) {
    const english = acceptedLanguage(ctx.get('Accept-Language')) === 'en'
    return { language: english ? 'en' : 'de', languageTag: english ? 'en-GB' : 'de-DE', path }
  }
  const { language, languageTag, highContrast } = verdict
  return { language, languageTag, highContrast, path, ...(verdict.kind === 'logged-in' && { user: verdict.user }) }
}
