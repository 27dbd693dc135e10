// Which token of an Authorization header counts: the one that Stud.IP would believe, so that no other is decided on.
import { bounds } from '../bounds.ts'

/** The characters of a Bearer token (RFC 6750 §2.1). */
const b64token = /^[\w.~+/-]+=*$/

const afterLastBearer = (header: string): string | undefined => {
  const at = header.lastIndexOf('Bearer ')
  return at < 0 ? undefined : header.slice(at + 'Bearer '.length).split(',', 1)[0]
}

/** Contract §18.1: what stands between the last `Bearer ` and the next comma. Where it is spelled otherwise, all that follows (RFC 9110 §11.1). */
export const presentedToken = (header: string | undefined): string | undefined => {
  if (header === undefined || header.length > bounds.authorizationHeader.most) return undefined
  const token = afterLastBearer(header) ?? /^bearer (.*)$/i.exec(header)?.[1]
  return token !== undefined && b64token.test(token.trim()) ? token.trim() : undefined
}
