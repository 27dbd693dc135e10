// What may be shown of addresses that come from outside.

/** Where the browser goes after the consent: a website, a program that listens on this device, or an app. */
export interface RedirectTarget {
  readonly kind: 'web' | 'device' | 'app'
  readonly name: string
}

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * Host or scheme of a redirect URI, for people. One without a scheme (`//evil.example`) leads where the browser takes it
 * from a page at `base`, and one that no browser understands is shown as it is: neither is ever called an app.
 */
export const redirectTarget = (uri: string, base: string): RedirectTarget => {
  const url = URL.canParse(uri, base) ? new URL(uri, base) : undefined
  if (!url) return { kind: 'web', name: uri.slice(0, 40) }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { kind: 'app', name: url.protocol }
  return { kind: loopback.has(url.hostname) ? 'device' : 'web', name: url.host }
}

/** The address if it is one that a link may lead to (http or https), else undefined. */
export const webAddress = (text: string): URL | undefined => {
  const url = parseUrl(text)
  return url && (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password
    ? url
    : undefined
}

const parseUrl = (text: string): URL | undefined => (URL.canParse(text) ? new URL(text) : undefined)
