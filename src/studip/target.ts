// Where a bounced request goes on after the login: one of our own pages, spelled canonically (contract §4.1, S-007).
import { basePath, type Settings } from '../settings.ts'

const pages = /^dispatch\.php\/(api|admin)\/oauth2(\/[\w,-]+)*$/
const unreserved = /^[A-Za-z0-9\-._~]$/

const encodeByte = (byte: number): string => {
  const character = String.fromCharCode(byte)
  return unreserved.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

/** Bytes behind `%XX`, one character each; a lone `%` stands for itself. Anything beyond a byte is UTF-8. */
const decodeBytes = (text: string): string =>
  text
    .replace(/[^\x00-\xff]+/g, (characters) => Buffer.from(characters).toString('latin1'))
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))

const recode = (component: string): string =>
  Array.from(Buffer.from(decodeBytes(component.replaceAll('+', ' ')), 'latin1'), encodeByte).join('')

/** The same parameters, byte for byte and in the same order, with everything percent-encoded. */
const canonicalQuery = (query: string): string =>
  query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      return equals < 0 ? `${recode(pair)}=` : `${recode(pair.slice(0, equals))}=${recode(pair.slice(equals + 1))}`
    })
    .join('&')

/**
 * Path and query of a request for one of our pages, canonical; undefined when it is none of them, or is the way back
 * itself. Idempotent, so that the answer also proves a target that was stored.
 */
export const canonicalTarget = (pathAndQuery: string, settings: Pick<Settings, 'baseUrl'>): string | undefined => {
  const question = pathAndQuery.indexOf('?')
  const path = decodeBytes(question < 0 ? pathAndQuery : pathAndQuery.slice(0, question))
    .replace(/\/{2,}/g, '/')
    .replace(/\/$/, '')
  const base = basePath(settings)
  const page = path.slice(base.length)
  if (!path.startsWith(base) || !pages.test(page) || /^dispatch\.php\/api\/oauth2\/resume(\/|$)/.test(page))
    return undefined
  const query = question < 0 ? '' : canonicalQuery(pathAndQuery.slice(question + 1))
  return query === '' ? `${base}${page}` : `${base}${page}?${query}`
}
