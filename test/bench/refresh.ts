// Refresh throughput: our service, its peers and the limit take turns with keys of one size.
import { bareName, peerNames, startLeagueContender, startOurs, startPeer } from './contenders.ts'
import type { Contender } from './contenders.ts'
import type { Environment, KeyKind } from './environment.ts'
import { signaturesOfNode, signaturesPerSecond } from './limit.ts'
import { cores } from './machine.ts'
import { inTurns, refreshes, warmUp } from './measure.ts'
import type { Round } from './measure.ts'
import { atLeast, atMost, format, reported } from './sections.ts'
import type { Line, Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

const ours = 'this service'
const league = 'league, php-fpm'
const limitName = 'openssl speed'
const nodeLimitName = 'OpenSSL in Node'

const startAll = async (environment: Environment, kind: KeyKind): Promise<Contender[]> => {
  const others = []
  for (const name of [...peerNames, bareName]) others.push(await startPeer(environment, kind, name))
  // league is compared at the key size that Stud.IP makes; with 16 at once its rounds are long.
  const php = kind === 'rsa4096' ? await startLeagueContender(environment, kind) : undefined
  return [await startOurs(environment, kind), ...(php ? [php] : []), ...others]
}

/** Medians of the rounds. */
export interface Rates {
  readonly limit: number
  /** Signatures a second as Node makes them. */
  readonly nodeLimit: number
  /** Name → refreshes a second. */
  readonly perSecond: Readonly<Record<string, number>>
  /** Name → milliseconds of CPU a refresh. */
  readonly cpu: Readonly<Record<string, number>>
  readonly rounds: Readonly<Record<string, readonly (Round | number)[]>>
}

// A refresh of league takes two seconds and more with 16 at once, so its rounds are longer.
export const leagueSeconds = (seconds: number): number => Math.max(9, seconds * 3)

const measure = async (environment: Environment, bits: 2048 | 4096, { rounds, seconds }: Scale): Promise<Rates> => {
  const contenders = await startAll(environment, `rsa${bits}`)
  try {
    await warmUp(contenders, seconds)
    const takers: Record<string, () => Promise<Round | number>> = {
      [limitName]: () => signaturesPerSecond(bits, Math.ceil(seconds / 2)),
      [nodeLimitName]: () => signaturesOfNode(bits, seconds / 2),
    }
    for (const contender of contenders)
      takers[contender.name] = () => refreshes(contender, contender.name === league ? leagueSeconds(seconds) : seconds)
    const taken = await inTurns(takers, rounds)
    const of = (name: string, field: 'perSecond' | 'cpuPerAnswer') =>
      median((taken[name] as Round[]).map((round) => round[field]))
    const names = contenders.map(({ name }) => name)
    return {
      limit: median(taken[limitName] as number[]),
      nodeLimit: median(taken[nodeLimitName] as number[]),
      perSecond: Object.fromEntries(names.map((name) => [name, of(name, 'perSecond')])),
      cpu: Object.fromEntries(names.map((name) => [name, of(name, 'cpuPerAnswer')])),
      rounds: Object.fromEntries(
        Object.entries(taken).map(([name, list]) => [
          name,
          list.map((round) => (typeof round === 'number' ? round : { ...round, tokens: [] })),
        ]),
      ),
    }
  } finally {
    for (const contender of contenders) await contender.stop()
  }
}

const linesAgainstPeers = (what: string, { perSecond }: Rates): Line[] =>
  peerNames.map((name) =>
    atLeast(
      `${what}: times ${name} (${format(perSecond[name] ?? NaN)}/s)`,
      1.5,
      (perSecond[ours] ?? NaN) / (perSecond[name] ?? NaN),
      ' ×',
    ),
  )

const leagueLine = (what: string, { perSecond }: Rates): Line =>
  perSecond[league] === undefined
    ? reported(
        `${what}: times league`,
        'skipped: LEAGUE_AUTOLOAD names no copy of league/oauth2-server, or php-fpm is missing',
      )
    : atLeast(
        `${what}: times ${league} (${format(perSecond[league])}/s)`,
        40,
        (perSecond[ours] ?? NaN) / perSecond[league],
        ' ×',
      )

const bareLine = (what: string, { perSecond, cpu, limit }: Rates): Line =>
  reported(
    `${what}: a bare Node server that signs and stores nothing, share of the limit`,
    `${format((perSecond[bareName] ?? NaN) / limit)} (${format(perSecond[bareName] ?? NaN)}/s, ${format(cpu[bareName] ?? NaN)} ms of CPU, this service ${format(cpu[ours] ?? NaN)} ms)`,
  )

const nodeLimitLine = (what: string, { perSecond, nodeLimit }: Rates): Line =>
  reported(
    `${what}: share of what the OpenSSL in Node signs (${format(nodeLimit)} signatures/s)`,
    format((perSecond[ours] ?? NaN) / nodeLimit),
  )

/** Milliseconds that one signature takes of one processor, with the faster OpenSSL of the two. */
const signatureCpu = ({ limit, nodeLimit }: Rates): number => (cores * 1000) / Math.max(limit, nodeLimit)

export const refresh4096 = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  const rates = await measure(environment, 4096, scale)
  const what = 'Refresh, public client, RSA-4096'
  const mine = rates.perSecond[ours] ?? NaN
  return {
    data: rates,
    lines: [
      atLeast(
        `${what}: ${format(mine)}/s, share of the limit (${format(rates.limit)} signatures/s)`,
        0.75,
        mine / rates.limit,
      ),
      nodeLimitLine(what, rates),
      leagueLine(what, rates),
      ...linesAgainstPeers(what, rates),
      bareLine(what, rates),
      atMost(
        'CPU of the service per refresh beyond the signature itself',
        1.2,
        (rates.cpu[ours] ?? NaN) - signatureCpu(rates),
        ' ms',
      ),
    ],
  }
}

export const refresh2048 = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  const rates = await measure(environment, 2048, scale)
  const what = 'Refresh, public client, RSA-2048'
  const mine = rates.perSecond[ours] ?? NaN
  return {
    data: rates,
    lines: [
      ...linesAgainstPeers(what, rates),
      bareLine(what, rates),
      reported(
        `${what}: ${format(mine)}/s, share of the limit (${format(rates.limit)} signatures/s)`,
        format(mine / rates.limit),
      ),
      nodeLimitLine(what, rates),
    ],
  }
}
