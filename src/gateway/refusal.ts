// How a refusal in front of the JSON:API looks: as its own errors do, with a challenge that says where tokens come from.
import type { OAuthError } from '../oauth/errors.ts'

const titles: Partial<Record<OAuthError['code'], string>> = {
  invalid_token: 'Unauthorized',
  insufficient_scope: 'Forbidden',
}

/** Printable ASCII on one line (https://jsonapi.org/format/1.1/#errors): it travels in a header to nginx. */
export const jsonApiErrors = ({ code, status, description }: OAuthError): string =>
  JSON.stringify({ errors: [{ status: String(status), code, title: titles[code] ?? 'Error', detail: description }] })

/** RFC 6750 §3 and RFC 9728 §5.1. `metadata` is the address of the resource's document. */
export const challengeOf = ({ code, description, requiredScope }: OAuthError, metadata: string): string =>
  [
    'Bearer realm="Stud.IP"',
    `error="${code}"`,
    `error_description="${description}"`,
    ...(requiredScope === undefined ? [] : [`scope="${requiredScope}"`]),
    `resource_metadata="${metadata}"`,
  ].join(', ')
