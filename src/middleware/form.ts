// The form of a POST, as raw parameters, of bounded size (S-041, S-100).
import bodyParser from 'koa-bodyparser'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import type { Bound } from '../bounds.ts'
import { invalidRequest } from '../oauth/errors.ts'
import { parseMultipart } from '../oauth/multipart-form.ts'
import { assertPresent } from '../oauth/recipient.ts'
import type { RawParameters } from '../oauth/types.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { recipientOf } from './recipient.ts'

const formType = 'application/x-www-form-urlencoded'
const multipartType = 'multipart/form-data'

// Parsed as text: a library that builds nested objects from `a[b]` would hide repeated parameters.
const readText = (bound: Bound, types: readonly string[]) =>
  bodyParser({ enableTypes: ['text'], extendTypes: { text: [...types] }, textLimit: String(bound.most) })

/** The form that readForm() put there. */
export const formOf = (ctx: Context): RawParameters => (ctx.state as { form: RawParameters }).form

const formReader = (bound: Bound, fields: ReadonlySet<string> | undefined, types: readonly string[]): Middleware =>
  compose([
    async function onlyForms(ctx, next) {
      if (!ctx.is(...types))
        throw invalidRequest(`Send the parameters as ${formType}.`, 'In the body of the POST, not in its address')
      // Nobody compresses a form, and inflating fails in ways that are not the sender's status.
      if (!/^(identity)?$/i.test(ctx.get('Content-Encoding')))
        throw invalidRequest('Send the parameters without Content-Encoding.')
      // A body that piled up while this process stood still may belong to nobody any more.
      await assertPresent(recipientOf(ctx))
      await next()
    },
    readText(bound, types) as Middleware,
    async function parseIt(ctx, next) {
      await assertPresent(recipientOf(ctx))
      const { body } = ctx.request as { body?: unknown }
      const text = typeof body === 'string' ? body : ''
      ;(ctx.state as { form: RawParameters }).form = ctx.is(multipartType)
        ? parseMultipart(text, ctx.get('Content-Type'), fields)
        : parseForm(text, fields)
      await next()
    },
  ])

/**
 * Reads the fields of these names from a form that is no larger than it may be; other fields are not kept.
 * @throws OAuthError invalid_request for another type or too many fields, an error with status 413 for too many bytes
 */
export const readForm = (bound: Bound, fields?: ReadonlySet<string>): Middleware =>
  formReader(bound, fields, [formType])

/** The same for the form of a client, which may be multipart/form-data as well. */
export const readClientForm = (bound: Bound): Middleware => formReader(bound, undefined, [formType, multipartType])
