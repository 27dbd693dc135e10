// Memory over many refreshes. A four-prime key, to get through them sooner.
import type { Environment } from './environment.ts'
import { residentOf } from './machine.ts'
import { refreshes } from './measure.ts'
import { startOurs } from './ours.ts'
import { atMost, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'

/** Biggest worker, megabytes. */
const biggest = (pid: number): number => residentOf(pid)[0] ?? NaN

export const memory = async (environment: Environment, { refreshes: total }: Scale): Promise<SectionResult> => {
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
      data: { samples },
      lines: [
        atMost(`Resident memory of the biggest worker after ${format(total)} refreshes`, 150, end, ' MB'),
        // Less than a heap's own breathing; a leak of 100 bytes a refresh would show as 5 MB.
        atMost(`Growth of it in the second half (from ${format(half)} MB)`, 5, end - half, ' MB'),
      ],
    }
  } finally {
    await ours.stop()
  }
}
