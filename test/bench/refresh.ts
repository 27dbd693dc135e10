// Refreshes of a public client: our service and its peers with keys of one size.
import { bareName, isDurable, leagueName, ourName, peerNames, startLeagueContender, startPeer } from './contenders.ts'
import type { Contender } from './contenders.ts'
import type { Environment, KeyKind } from './environment.ts'
import { cores } from './machine.ts'
import { startOurs } from './ours.ts'
import { measureRates } from './rates.ts'
import type { Rates } from './rates.ts'
import { atLeast, atMost, format, reported } from './sections.ts'
import type { Line, Scale, SectionResult } from './sections.ts'

const startAll = async (environment: Environment, kind: KeyKind): Promise<Contender[]> => {
  const others = []
  for (const name of [...peerNames, bareName]) others.push(await startPeer(environment, kind, name))
  // league is compared at the key size that Stud.IP makes; with 16 at once its rounds are long.
  const php = kind === 'rsa4096' ? await startLeagueContender(environment, kind) : undefined
  return [await startOurs(environment, kind), ...(php ? [php] : []), ...others]
}

const rateOf = ({ perSecond }: Rates, name: string): number => perSecond[name] ?? NaN

/** The bar is for those that store durably in the same MariaDB. */
const linesAgainstPeers = (what: string, rates: Rates, bar: number): Line[] =>
  peerNames.map((name) => {
    const times = rateOf(rates, ourName) / rateOf(rates, name)
    const line = `${what}: times ${name} (${format(rateOf(rates, name))}/s)`
    return isDurable(name)
      ? atLeast(line, bar, times, ' ×')
      : reported(`${line}, which stores nothing`, `${format(times)} ×`)
  })

const leagueLine = (what: string, rates: Rates): Line =>
  rates.perSecond[leagueName] === undefined
    ? reported(
        `${what}: times league`,
        'skipped: LEAGUE_AUTOLOAD names no copy of league/oauth2-server, or php-fpm is missing',
      )
    : atLeast(
        `${what}: times ${leagueName} (${format(rateOf(rates, leagueName))}/s)`,
        40,
        rateOf(rates, ourName) / rateOf(rates, leagueName),
        ' ×',
      )

const bareLine = (what: string, rates: Rates): Line =>
  reported(
    `${what}: a bare Node server that signs and stores nothing, share of what the OpenSSL in Node signs`,
    `${format(rateOf(rates, bareName) / rates.nodeLimit)} (${format(rateOf(rates, bareName))}/s, ${format(rates.cpu[bareName] ?? NaN)} ms of CPU, this service ${format(rates.cpu[ourName] ?? NaN)} ms)`,
  )

const nodeLimitText = (what: string, rates: Rates): string =>
  `${what}: ${format(rateOf(rates, ourName))}/s, share of what the OpenSSL in Node signs (${format(rates.nodeLimit)} signatures/s)`

const commandLine = (what: string, rates: Rates): Line =>
  reported(
    `${what}: share of what \`openssl speed\` signs (${format(rates.limit)} signatures/s)`,
    format(rateOf(rates, ourName) / rates.limit),
  )

/** In the unit of Keycloak's sizing guide: one vCPU for 120 refreshes a second. */
const perProcessorLine = (what: string, rates: Rates): Line =>
  reported(
    `${what}: per processor of the machine, with MariaDB and load generator on it (Keycloak publishes 120/s and vCPU, its database apart)`,
    `${format(rateOf(rates, ourName) / cores)}/s`,
  )

/** Milliseconds that one signature takes of one processor, with the faster OpenSSL of the two. */
const signatureCpu = ({ limit, nodeLimit }: Rates): number => (cores * 1000) / Math.max(limit, nodeLimit)

/** Milliseconds; Node 24 does the same in less. */
const mostCpuBeyond = Number(process.versions.node.split('.')[0]) >= 24 ? 0.8 : 1.2

export const refresh4096 = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  const rates = await measureRates(await startAll(environment, 'rsa4096'), 4096, scale)
  const what = 'Refresh, public client, RSA-4096'
  return {
    data: rates,
    lines: [
      ...linesAgainstPeers(what, rates, 1.15),
      leagueLine(what, rates),
      atLeast(nodeLimitText(what, rates), 0.7, rateOf(rates, ourName) / rates.nodeLimit),
      commandLine(what, rates),
      bareLine(what, rates),
      perProcessorLine(what, rates),
      atMost(
        'CPU of the service per refresh beyond the signature itself',
        mostCpuBeyond,
        (rates.cpu[ourName] ?? NaN) - signatureCpu(rates),
        ' ms',
      ),
    ],
  }
}

export const refresh2048 = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  const rates = await measureRates(await startAll(environment, 'rsa2048'), 2048, scale)
  const what = 'Refresh, public client, RSA-2048'
  return {
    data: rates,
    lines: [
      ...linesAgainstPeers(what, rates, 1.4),
      reported(nodeLimitText(what, rates), format(rateOf(rates, ourName) / rates.nodeLimit)),
      commandLine(what, rates),
      bareLine(what, rates),
      perProcessorLine(what, rates),
    ],
  }
}
