// Memory over many refreshes, and the time from start to the first answer. A four-prime key, to get through them sooner.
import { startOurs } from './contenders.ts'
import type { Environment } from './environment.ts'
import { residentOf } from './machine.ts'
import { inTurns, refreshes } from './measure.ts'
import { atMost, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

/** Biggest worker, megabytes. */
const biggest = (pid: number): number => residentOf(pid)[0] ?? NaN

/** Milliseconds until it listens. */
const start = async (environment: Environment): Promise<number> => {
  const ours = await startOurs(environment, 'rsa4096-4-primes')
  await ours.stop()
  return ours.readyAfter
}

export const memory = async (environment: Environment, { rounds, refreshes: total }: Scale): Promise<SectionResult> => {
  await environment.keys('rsa4096-4-primes')
  const { started = [] } = await inTurns({ started: () => start(environment) }, rounds)
  const ours = await startOurs(environment, 'rsa4096-4-primes')
  try {
    const samples: { refreshes: number; megabytes: number }[] = []
    for (let done = 0; done < total;) {
      const { allAnswers } = await refreshes(ours, 5, { warmUpSeconds: 0 })
      done += allAnswers
      samples.push({ refreshes: done, megabytes: biggest(ours.pid) })
    }
    const half = samples.filter((sample) => sample.refreshes <= total / 2).at(-1)?.megabytes ?? NaN
    const end = samples.at(-1)?.megabytes ?? NaN
    return {
      data: { started, samples },
      lines: [
        atMost(`Resident memory of the biggest worker after ${format(total)} refreshes`, 150, end, ' MB'),
        // Less than a heap's own breathing; a leak of 100 bytes a refresh would show as 5 MB.
        atMost(`Growth of it in the second half (from ${format(half)} MB)`, 5, end - half, ' MB'),
        atMost('Ready after start', 1, median(started) / 1000, ' s'),
      ],
    }
  } finally {
    await ours.stop()
  }
}
