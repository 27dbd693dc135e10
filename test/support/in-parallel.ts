// Rounds of something, some of them at once.
import pLimit from 'p-limit'

/** @throws what the first round that fails throws */
export const inParallel = async (
  rounds: number,
  atOnce: number,
  work: (round: number) => Promise<void>,
): Promise<void> => {
  await pLimit(atOnce).map(Array.from({ length: rounds }).keys(), work)
}
