// What is allowed and yet wants a second look, told at every start.
import type { Settings } from '../settings.ts'

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\]|::1)$/.test(host)

/** True when tokens and cookies travel unencrypted: http to a host other than this one (S-086). */
export const isUnencrypted = ({ baseUrl }: Pick<Settings, 'baseUrl'>): boolean => {
  const { protocol, hostname } = new URL(baseUrl)
  return protocol === 'http:' && !isLoopback(hostname)
}

/** True for an address that other machines may reach. */
export const isPublic = (listen: Settings['metricsListen']): boolean =>
  listen !== undefined && 'host' in listen && !isLoopback(listen.host)

/** One sentence each. */
export const startWarnings = (settings: Settings): string[] => [
  ...(isUnencrypted(settings)
    ? [`BASE_URL ${settings.baseUrl} is not encrypted: codes, tokens and sessions can be read on their way. Use https.`]
    : []),
  ...(isPublic(settings.listen)
    ? [
        'LISTEN is not a loopback address: whoever reaches it can forge the headers that nginx sets. Keep others away by a firewall.',
      ]
    : []),
  ...(isPublic(settings.metricsListen)
    ? [
        'METRICS_LISTEN is not a loopback address: whoever reaches it can read the metrics. Keep others away by a firewall.',
      ]
    : []),
]
