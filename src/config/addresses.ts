// Public URL, assets and the addresses the service listens on.
import type { Listen } from '../settings.ts'
import { byDefault, studipText, type Found, type Sourced, type Sources } from './reading.ts'

const webUrl = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const sound = url && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username && !url.password
  return sound ? url : undefined
}

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`)

/** The public URL of Stud.IP, with trailing slash. Never taken from a request (RFC 9700 §4.13). */
export const resolveBaseUrl = (sources: Sources): Sourced<string> => {
  let told = false
  const heard: Sources = {
    ...sources,
    fault: (...fault) => {
      told = true
      sources.fault(...fault)
    },
  }
  const found = sources.own('BASE_URL') ?? studipText(heard, 'ABSOLUTE_URI_STUDIP', 'BASE_URL')
  if (!found) {
    if (!told) sources.fault('base-url-unknown', {}, 'BASE_URL')
    return byDefault('http://localhost/')
  }
  const url = webUrl(found.text)
  if (url) return { value: withSlash(url.href), source: found.source }
  sources.fault('base-url-malformed', {
    text: found.text.replace(/\/\/[^/@]*@/, '//…@'),
    source: found.source,
    setting: 'BASE_URL',
  })
  return byDefault('http://localhost/')
}

/** Where stylesheets and icons are: an absolute URL or a path, with trailing slash. */
export const resolveAssetsUrl = (sources: Sources, baseUrl: string): Sourced<string> => {
  const found: Found | undefined = sources.own('ASSETS_URL') ?? studipText(sources, 'ASSETS_URL', 'ASSETS_URL')
  if (!found) return byDefault(`${baseUrl}assets/`)
  if (webUrl(found.text) ?? /^\/(?!\/)[^?#]*$/.test(found.text))
    return { value: withSlash(found.text), source: found.source }
  sources.fault('assets-url-malformed', { text: found.text, source: found.source, setting: 'ASSETS_URL' })
  return byDefault(`${baseUrl}assets/`)
}

/** Bytes; the system cuts off what is longer, and nginx finds nobody there. */
const longestSocketPath = 107

/** `host:port`, `[v6]:port` or `unix:/path`; undefined for anything else. */
const parseListen = (text: string): Listen | undefined => {
  if (/^unix:\/[^\0]+$/.test(text))
    return Buffer.byteLength(text) - 5 > longestSocketPath ? undefined : { path: text.slice(5) }
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9A-Za-z.-]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  return match && port <= 65535 ? { host: match[1] ?? match[2]!, port } : undefined
}

const resolveAddress = (sources: Sources, name: 'LISTEN' | 'METRICS_LISTEN', port: number): Sourced<Listen> => {
  const found = sources.own(name)
  const value = found && parseListen(found.text)
  if (found && !value) sources.fault('address-malformed', { name, text: found.text })
  return found && value ? { value, source: found.source } : byDefault({ host: '127.0.0.1', port })
}

/** Where nginx finds the service. */
export const resolveListen = (sources: Sources): Sourced<Listen> => resolveAddress(sources, 'LISTEN', 8765)

/** Where health and metrics answer; undefined when off. */
export const resolveMetricsListen = (sources: Sources): Sourced<Listen | undefined> => {
  const found = sources.own('METRICS_LISTEN')
  return found?.text === 'off'
    ? { value: undefined, source: found.source }
    : resolveAddress(sources, 'METRICS_LISTEN', 8766)
}
