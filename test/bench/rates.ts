// Refreshes a second: contenders and the limit take turns with keys of one size.
import { leagueName } from './contenders.ts'
import type { Contender } from './contenders.ts'
import { signaturesOfNode, signaturesPerSecond } from './limit.ts'
import { inTurns, refreshes, warmUp } from './measure.ts'
import type { Round } from './measure.ts'
import type { Scale } from './sections.ts'
import { median } from './statistics.ts'

const limitName = 'openssl speed'
const nodeLimitName = 'OpenSSL in Node'

/** Medians of the rounds. */
export interface Rates {
  /** Signatures a second of `openssl speed`. */
  readonly limit: number
  /** Signatures a second as this Node makes them. */
  readonly nodeLimit: number
  /** Name → refreshes a second. */
  readonly perSecond: Readonly<Record<string, number>>
  /** Name → milliseconds of CPU a refresh. */
  readonly cpu: Readonly<Record<string, number>>
  readonly rounds: Readonly<Record<string, readonly (Round | number)[]>>
}

// A refresh of league takes two seconds and more with 16 at once, so its rounds are longer.
export const leagueSeconds = (seconds: number): number => Math.max(9, seconds * 3)

/** Stops them at the end. */
export const measureRates = async (
  contenders: readonly Contender[],
  bits: 2048 | 4096,
  { rounds, seconds }: Scale,
): Promise<Rates> => {
  try {
    await warmUp(contenders, seconds)
    const takers: Record<string, () => Promise<Round | number>> = {
      [limitName]: () => signaturesPerSecond(bits, 1),
      [nodeLimitName]: () => signaturesOfNode(bits, seconds / 2),
    }
    for (const contender of contenders)
      takers[contender.name] = () =>
        refreshes(contender, contender.name === leagueName ? leagueSeconds(seconds) : seconds)
    const taken = await inTurns(takers, rounds)
    const of = (name: string, field: 'perSecond' | 'cpuPerAnswer') =>
      median((taken[name] as Round[]).map((round) => round[field]))
    const names = contenders.map(({ name }) => name)
    return {
      limit: median(taken[limitName] as number[]),
      nodeLimit: median(taken[nodeLimitName] as number[]),
      perSecond: Object.fromEntries(names.map((name) => [name, of(name, 'perSecond')])),
      cpu: Object.fromEntries(names.map((name) => [name, of(name, 'cpuPerAnswer')])),
      rounds: taken,
    }
  } finally {
    for (const contender of contenders) await contender.stop()
  }
}
