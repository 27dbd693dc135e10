// The form of a POST, as raw parameters: application/x-www-form-urlencoded only, of bounded size (S-041, S-100).
import bodyParser from 'koa-bodyparser'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import type { Bound } from '../bounds.ts'
import { invalidRequest } from '../oauth/errors.ts'
import { assertPresent } from '../oauth/recipient.ts'
import type { RawParameters } from '../oauth/types.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { recipientOf } from './recipient.ts'

const formType = 'application/x-www-form-urlencoded'

// Parsed as text: a library that builds nested objects from `a[b]` would hide repeated parameters.
const readText = (bound: Bound) =>
  bodyParser({ enableTypes: ['text'], extendTypes: { text: [formType] }, textLimit: String(bound.most) })

/** The form that readForm() put there. */
export const formOf = (ctx: Context): RawParameters => (ctx.state as { form: RawParameters }).form

/**
 * Reads the fields of these names from a form that is no larger than it may be; other fields are not kept.
 * @throws OAuthError invalid_request for another type or too many fields, an error with status 413 for too many bytes
 */
export const readForm = (bound: Bound, fields?: ReadonlySet<string>): Middleware =>
  compose([
    async function onlyForms(ctx, next) {
      if (!ctx.is(formType)) throw invalidRequest(`Send the parameters as ${formType}.`)
      // Nobody compresses a form, and inflating fails in ways that are not the sender's status.
      if (!/^(identity)?$/i.test(ctx.get('Content-Encoding')))
        throw invalidRequest('Send the parameters without Content-Encoding.')
      // A body that piled up while this process stood still may belong to nobody any more.
      await assertPresent(recipientOf(ctx))
      await next()
    },
    readText(bound) as Middleware,
    async function parseIt(ctx, next) {
      await assertPresent(recipientOf(ctx))
      const body: unknown = ctx.request.body
      ;(ctx.state as { form: RawParameters }).form = parseForm(typeof body === 'string' ? body : '', fields)
      await next()
    },
  ])
