// What work costs, in time of processors: what other processes do meanwhile does not count.

/** Milliseconds of this process, threads included. */
export const processorTime = async (work: () => unknown): Promise<number> => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** The least of some rounds: compilers and collectors work beside. */
export const leastProcessorTime = async (work: () => unknown, rounds: number): Promise<number> => {
  let least = Infinity
  for (let round = 0; round < rounds; round += 1) least = Math.min(least, await processorTime(work))
  return least
}

/** The same work again and again, as one. */
export const times = (count: number, work: () => unknown) => async (): Promise<void> => {
  for (let i = 0; i < count; i += 1) await work()
}
