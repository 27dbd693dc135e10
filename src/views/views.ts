// Every page of the service: values in, HTML out. Nothing here knows Koa or the database.
import type { ConsentModel } from './consent.ts'
import { consentValues } from './consent.ts'
import type { ErrorModel } from './error-pages.ts'
import { errorPages } from './error-pages.ts'
import type { FrameDeps, PageContext, PageFrame } from './frame.ts'
import { createFrames } from './frame.ts'
import { createRender } from './render.ts'

/** Compiles the templates and answers one function per page; each resolves to a whole HTML document. */
export const createViews = (deps: FrameDeps) => {
  const render = createRender()
  const frames = createFrames(deps)
  const show = async (template: string, context: PageContext, frame: PageFrame, m: unknown): Promise<string> => {
    const { layout, values } = await frames(context, frame, m)
    return render(template, layout, values)
  }
  return {
    /** The consent page of the authorization endpoint (contract §11.1). */
    consent: (context: PageContext, model: ConsentModel) =>
      show('consent', context, { title: 'consent.title', bodyId: 'api-oauth2-authorize-index', bare: true }, consentValues(deps, model)),
    /** An error page; its status is `errorStatus(model.kind)`. */
    errorPage: (context: PageContext, model: ErrorModel) => {
      const { title, text } = errorPages[model.kind]
      return show('error', context, { title, bodyId: 'api-oauth2-error' }, { ...model, text })
    },
  }
}

export type Views = ReturnType<typeof createViews>
