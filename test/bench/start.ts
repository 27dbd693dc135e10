// From the start of the command until the service listens, over the start of a Node that does nothing.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Environment } from './environment.ts'
import { inTurns } from './measure.ts'
import { startOurs } from './ours.ts'
import { atMost, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

const starts = 5

/** Milliseconds. */
const ready = async (environment: Environment): Promise<number> => {
  const ours = await startOurs(environment, 'rsa4096', { count: 0, askEvery: 5 })
  await ours.stop()
  return ours.readyAfter
}

const nothing = async (): Promise<number> => {
  const begin = performance.now()
  await promisify(execFile)('node', ['-e', '0'])
  return performance.now() - begin
}

export const startUp = async (environment: Environment, { rounds }: Scale): Promise<SectionResult> => {
  const taken = await inTurns({ ready: () => ready(environment), nothing }, Math.max(starts, rounds))
  const of = (name: string) => median(taken[name] ?? [])
  return {
    data: taken,
    lines: [
      atMost(
        `Ready after start (${format(of('ready'))} ms, median of ${taken['ready']?.length}), over \`node -e 0\` (${format(of('nothing'))} ms)`,
        12,
        of('ready') / of('nothing'),
        ' ×',
      ),
    ],
  }
}
