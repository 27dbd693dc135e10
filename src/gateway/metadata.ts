// Protected resource metadata (RFC 9728 §2): which server makes the tokens that Stud.IP's JSON:API takes.
import { api } from '../oauth/scopes/api.ts'
import { apiRead } from '../oauth/scopes/api-read.ts'
import { jsonApiOf } from './json-api.ts'

/** `scopes` are those that are offered; the others of them have nothing to do with the API. */
export const resourceMetadata = ({
  baseUrl,
  issuer,
  scopes,
}: {
  readonly baseUrl: string
  readonly issuer: string
  readonly scopes: readonly string[]
}) => ({
  resource: jsonApiOf(baseUrl),
  authorization_servers: [issuer],
  scopes_supported: scopes.filter((name) => name === api.name || name === apiRead.name),
  bearer_methods_supported: ['header'],
  resource_name: 'Stud.IP JSON:API',
})
