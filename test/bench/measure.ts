// One measurement: a load plan run by a process of its own, and rounds in which the contenders take turns.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Contender } from './contenders.ts'
import { connections } from './contenders.ts'
import { publicClient } from './environment.ts'
import { post } from './load.ts'
import type { LoadPlan, LoadResult } from './load.ts'

/** Runs the generator as a child. Throws when the contender answered anything but success. */
export const generate = async (plan: LoadPlan): Promise<LoadResult> => {
  const child = spawn('node', ['--import', 'tsx', join(import.meta.dirname, 'load.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(plan))
  const said = await text(child.stdout)
  if (said === '')
    throw new Error(`the load generator for port ${plan.port} ended without a result; its own words are above`)
  const result = JSON.parse(said) as LoadResult
  if (result.errors > 0)
    throw new Error(
      `port ${plan.port}: ${result.errors} of ${result.answers + result.errors} failed: ${result.firstError}`,
    )
  return result
}

export interface Round extends Omit<LoadResult, 'tokens'> {
  /** Milliseconds of CPU per answer that the contender took. */
  readonly cpuPerAnswer: number
}

/** Refreshes with all connections, each following its own chain. */
export const refreshes = async (
  contender: Contender,
  seconds: number,
  more: Partial<LoadPlan> = {},
): Promise<Round> => {
  const request = post(contender.tokenPath, { grant_type: 'refresh_token', client_id: publicClient })
  const before = contender.cpu()
  const { tokens, ...result } = await generate({
    port: contender.port,
    connections,
    warmUpSeconds: seconds / 4,
    seconds,
    kind: 'chain',
    requests: [request],
    tokens: contender.tokens,
    ...more,
  })
  if (result.answers === 0) throw new Error(`${contender.name} gave no answer within ${seconds} s`)
  contender.tokens = tokens
  return { ...result, cpuPerAnswer: (contender.cpu() - before) / result.allAnswers }
}

/** A Node server compiles as it goes, for some thousand requests. */
const requestsUntilWarm = 8_000

/** Unmeasured time for everybody: eight of `seconds`, less for who has answered so many sooner. */
export const warmUp = async (contenders: readonly Contender[], seconds: number): Promise<void> => {
  for (const contender of contenders) {
    let answered = 0
    for (let part = 0; part < 4 && answered < requestsUntilWarm; part++)
      answered += (await refreshes(contender, Math.max(2, seconds * 2), { warmUpSeconds: 0 })).allAnswers
  }
}

/** `count` rounds; in each of them every one takes its turn, and the order turns too. Name → one value per round. */
export const inTurns = async <T>(
  takers: Readonly<Record<string, () => Promise<T>>>,
  count: number,
): Promise<Record<string, T[]>> => {
  const names = Object.keys(takers)
  const results: Record<string, T[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < count; round++) {
    for (const index of names.keys()) {
      const name = names[(index + round) % names.length] ?? ''
      const value = await takers[name]?.()
      if (value !== undefined) results[name]?.push(value)
    }
  }
  return results
}
