// What a developer is told on the page of a refused authorization request.
import type { Context } from 'koa'
import { isClientId } from '../oauth/grant-id.ts'
import { loneValue } from '../oauth/parameters.ts'
import { parseForm } from '../oauth/raw-parameters.ts'
import { printable } from '../oauth/sent.ts'
import type { DeveloperDetails } from '../views/error-pages.ts'
import type { Refusal } from './refusal.ts'

/** The redirect URI is shown to the one who sent it, as it was sent: an administrator registers exactly that. */
export const developerDetails = (ctx: Context, refusal: Refusal): DeveloperDetails | undefined => {
  if (!refusal.developer) return undefined
  const { error, description, hint, parameter, developer } = refusal
  const [clientId, redirectUri] = ['client_id', 'redirect_uri'].map((name) => sentOnce(ctx, name))
  return {
    error,
    description,
    parameter,
    hint,
    ...developer,
    ...(clientId !== undefined && isClientId(clientId) && { clientId }),
    ...(redirectUri !== undefined && { redirectUri: printable(redirectUri) }),
  }
}

const sentOnce = (ctx: Context, name: string): string | undefined => {
  try {
    return loneValue(parseForm(ctx.querystring), name)
  } catch {
    return undefined // refused because it could not be read
  }
}
