// A replay by somebody who comes while the first one's pair is being taken back is none (S-113).
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * `patience`: milliseconds until what looks like a replay is looked at again.
 * @returns what `look` says, or what it says then where it was a replay at first @throws what either look throws
 */
export const lookedAtTwice = async <T>(
  patience: number,
  look: (isSecond: boolean) => Promise<T | 'replayed'>,
): Promise<T | 'replayed'> => {
  const outcome = await look(false)
  if (outcome !== 'replayed') return outcome
  await sleep(patience)
  return look(true)
}
