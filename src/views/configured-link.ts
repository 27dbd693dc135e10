// Addresses that an administrator typed into Stud.IP's configuration, made fit for a link (contract §18.5).
import { bounds } from '../bounds.ts'
import { webAddress } from './addresses.ts'
import type { TellOdd } from './oddities.ts'

export interface ConfiguredLink {
  readonly href: string
  /** True where it leads away from this Stud.IP: opened in another tab, as Stud.IP does. */
  readonly leaves: boolean
}

const isInside = (url: URL, base: URL): boolean => url.origin === base.origin && url.pathname.startsWith(base.pathname)

/**
 * A relative address is a page of Stud.IP's own, as every one below `baseUrl`; such pages are open without a login by
 * `cancel_login`. Nothing for an empty value, nor for one that no browser should follow: that one is told as odd.
 */
export const configuredLink = (
  text: string,
  { field, baseUrl, tellOdd }: { readonly field: string; readonly baseUrl: string; readonly tellOdd: TellOdd },
): ConfiguredLink | undefined => {
  const typed = text.trim()
  if (typed === '') return undefined
  if (typed.length > bounds.configuredAddress.most) {
    tellOdd(field, `longer than ${bounds.configuredAddress.most} characters`)
    return undefined
  }
  const url = URL.canParse(typed, baseUrl) ? webAddress(new URL(typed, baseUrl).href) : undefined
  if (!url) {
    tellOdd(field, 'no address of http or https')
    return undefined
  }
  if (!isInside(url, new URL(baseUrl))) return { href: url.href, leaves: true }
  if (!url.searchParams.has('cancel_login')) url.searchParams.append('cancel_login', '1')
  return { href: url.pathname + url.search + url.hash, leaves: false }
}
