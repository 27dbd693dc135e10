// The form of a POST, as raw parameters: application/x-www-form-urlencoded only, of bounded size (S-041, S-100).
import bodyParser from 'koa-bodyparser'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import { invalidRequest } from '../oauth/errors.ts'
import type { RawParameters } from '../oauth/types.ts'
import { parseForm } from '../oauth/raw-parameters.ts'

/** Bytes: a thousand redirect URIs fit, a flood does not. */
const limit = '64kb'
const formType = 'application/x-www-form-urlencoded'

// Parsed as text: a library that builds nested objects from `a[b]` would hide repeated parameters.
const readText = bodyParser({ enableTypes: ['text'], extendTypes: { text: [formType] }, textLimit: limit })

/** The form that readForm() put there. */
export const formOf = (ctx: Context): RawParameters => (ctx.state as { form: RawParameters }).form

export const readForm = (): Middleware =>
  compose([
    async function onlyForms(ctx, next) {
      if (!ctx.is(formType)) throw invalidRequest(`Send the parameters as ${formType}.`)
      // Nobody compresses a form, and inflating fails in ways that are not the sender's status.
      if (!/^(identity)?$/i.test(ctx.get('Content-Encoding')))
        throw invalidRequest('Send the parameters without Content-Encoding.')
      await next()
    },
    readText as Middleware,
    async function parseIt(ctx, next) {
      const body: unknown = ctx.request.body
      ;(ctx.state as { form: RawParameters }).form = parseForm(typeof body === 'string' ? body : '')
      await next()
    },
  ])
