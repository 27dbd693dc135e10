// Parameters as multipart/form-data (RFC 7578). OAuth knows one form only, but PHP fills $_POST from both, so that Stud.IP's
// own server takes them (contract §9.4), and clients in PHP whose curl was handed an array send nothing else.
import { bounds } from '../bounds.ts'
import { invalidRequest } from './errors.ts'
import { readParameters } from './parameters.ts'
import type { RawParameters } from './types.ts'

const malformed = () => invalidRequest('The multipart form is malformed.')

/** @throws OAuthError invalid_request for a type without a boundary */
const boundaryOf = (contentType: string): string => {
  const [, quoted, plain] = /;[ \t]*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) throw malformed()
  return boundary
}

/** The name of a field; undefined for a file, which PHP keeps elsewhere, and for a part without a name. */
const nameIn = (head: string): string | undefined => {
  const disposition = /^content-disposition:[ \t]*form-data[ \t]*(;[^\r\n]*)$/im.exec(head)?.[1] ?? ''
  if (/;[ \t]*filename\*?=/i.test(disposition)) return undefined
  const [, quoted, plain] = /;[ \t]*name=(?:"([^"]*)"|([^\s;"]+))/i.exec(disposition) ?? []
  return quoted ?? plain
}

/**
 * The fields that are read, as parseForm() gives them.
 * @throws OAuthError invalid_request for what is no whole form, and for too many fields
 */
export const parseMultipart = (
  text: string,
  contentType: string,
  names: ReadonlySet<string> = readParameters,
): RawParameters => {
  const raw: Record<string, string[]> = Object.create(null) as Record<string, string[]>
  // Before the first delimiter and behind the closing one may be anything.
  const [, ...parts] = `\r\n${text}`.split(`\r\n--${boundaryOf(contentType)}`)
  const closing = parts.findIndex((part) => part.startsWith('--'))
  if (closing < 0) throw malformed()
  if (closing > bounds.parameters.most) throw invalidRequest(`More than ${bounds.parameters.most} parameters.`)
  for (const part of parts.slice(0, closing)) {
    const end = part.indexOf('\r\n\r\n')
    if (end < 0) throw malformed()
    const name = nameIn(part.slice(0, end))
    if (name !== undefined && names.has(name)) (raw[name] ??= []).push(part.slice(end + 4))
  }
  return raw
}
