// What a request passes before a route answers it, in this order.
import type { Middleware } from 'koa'
import { bounds, type Bound } from '../bounds.ts'
import { checkSecurityToken } from '../middleware/csrf.ts'
import { readClientForm, readForm } from '../middleware/form.ts'
import { admit, recognise, requireRoot } from '../middleware/identity.ts'
import { noStore } from '../middleware/no-store.ts'
import { sameOrigin } from '../middleware/same-origin.ts'
import type { Deps } from '../wire/deps.ts'
import { consentFields, consentForm, openTicket } from './consent-form.ts'
import { requestByPost, requestFields } from './sign-in.ts'

export interface Guards {
  /** A page for whoever is there, logged in or not. */
  readonly page: readonly Middleware[]
  /** A page for who is logged in and may pass. */
  readonly own: readonly Middleware[]
  /** A page for root alone. */
  readonly root: readonly Middleware[]
  /** A form of one of our pages; its security token is checked behind it. */
  readonly form: (bound: Bound, fields: ReadonlySet<string>) => readonly Middleware[]
  /** The form of the consent page, or an authorization request that came by POST. */
  readonly consent: readonly Middleware[]
  /** A program that calls an endpoint. */
  readonly clientCall: readonly Middleware[]
}

export const createGuards = (deps: Deps): Guards => {
  const page = [noStore(), recognise(deps)]
  const own = [...page, admit(deps)]
  return {
    page,
    own,
    root: [...own, requireRoot()],
    form: (bound, fields) => [
      noStore(),
      sameOrigin(deps.settings.baseUrl),
      readForm(bound, fields),
      recognise(deps),
      admit(deps),
    ],
    consent: [
      noStore(),
      readForm(bounds.consentForm, new Set([...consentFields, ...requestFields])),
      requestByPost(deps),
      sameOrigin(deps.settings.baseUrl),
      openTicket(deps),
      recognise(deps),
      admit(deps),
      checkSecurityToken(deps.keys, consentForm),
    ],
    clientCall: [noStore(), readClientForm(bounds.clientForm)],
  }
}
