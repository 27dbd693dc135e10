// Compares honest applications in peace and beside an abuse, in slices that alternate, because a machine has its moods.
import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { bounds } from '../../src/bounds.ts'
import { hashClientSecret } from '../../src/crypto/client-secret.ts'
import { median, percentiles } from '../bench/statistics.ts'
import type { Apps } from './apps.ts'

/** Goes on until told otherwise, or until it has done all that it wanted (then its promise ends first). */
export interface Abuse {
  readonly run: (going: () => boolean) => Promise<unknown>
  /** True: a slice lasts until the abuse is through. */
  readonly whole?: boolean
}

export interface Comparison {
  /** Medians over the slices of the percentile in question, in milliseconds. */
  readonly peace: number
  readonly beside: number
  /** How many times as long as usual it takes beside the abuse. */
  readonly times: number
  readonly slices: number
}

export interface CompareOptions {
  readonly apps: Apps
  /** Of a slice. */
  readonly milliseconds: number
  /** Of the times in a slice: in a second the 99th is the slowest of a few dozen, which the machine's mood decides, not the abuse. */
  readonly percentile: 'p50' | 'p99'
  /** Milliseconds between two requests of one application. */
  readonly rest?: number
}

/** Milliseconds below which three times as long is still nothing that a person or a client notices. */
const unnoticed = 100

// On a slow machine they are more: who waits for one password check, which costs what it costs, waits that long anywhere.
const aPasswordCheck = async (): Promise<number> => {
  const times: number[] = []
  for (let check = 0; check < 5; check += 1) {
    const before = performance.now()
    await hashClientSecret('secret')
    times.push(performance.now() - before)
  }
  return median(times)
}
const slices = 3
/** Refreshes until an application connects anew: one that goes on is told to slow down. */
const life = Math.floor(bounds.rotations.most * 0.75)
const rounds = 3
const allowed = 3

const slice = async (
  { apps, milliseconds, percentile, rest = 20 }: CompareOptions,
  { run, whole = false }: Abuse,
): Promise<number> => {
  const mine = await Promise.all([apps.connected(), apps.connected(), apps.connected()])
  const times: number[] = []
  let [going, abusing] = [true, true]
  const abuse = run(() => going).finally(() => {
    abusing = false
  })
  // To begin an abuse takes a busy machine longer than the slice; each application is served once at least.
  const end = performance.now() + milliseconds
  await Promise.all(
    mine.map(async (first) => {
      let app = first
      for (let use = 1; use === 1 || performance.now() < end || (whole && abusing); use += 1, await sleep(rest)) {
        if (use % life === 0) app = await apps.connected()
        const answer = await apps.present(app)
        expect(answer.status, 'honest applications are served').to.equal(200)
        times.push(answer.milliseconds)
      }
    }),
  )
  going = false
  await abuse
  return percentiles(times)[percentile]
}

/** Three slices of each kind. */
const round = async (options: CompareOptions, abuse: Abuse): Promise<Comparison> => {
  const imperceptible = Math.max(unnoticed, 2 * (await aPasswordCheck()))
  const [peaceful, abused]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < slices; pair += 1) {
    peaceful.push(await slice(options, { run: () => Promise.resolve() }))
    abused.push(await slice(options, abuse))
  }
  const [peace, beside] = [median(peaceful), median(abused)]
  return { peace, beside, times: beside / Math.max(peace, imperceptible / allowed), slices }
}

/** The best of three rounds at most: a mood of the machine ends with its round, what is the abuse's doing is in all of them. */
export const compare = async (options: CompareOptions, abuse: Abuse): Promise<Comparison> => {
  let best = await round(options, abuse)
  for (let more = 1; more < rounds && best.times > allowed; more += 1) {
    const next = await round(options, abuse)
    best = { ...(next.times < best.times ? next : best), slices: best.slices + next.slices }
  }
  return best
}
