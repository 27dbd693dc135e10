// A replay by somebody who comes while the first one's pair is being taken back is none (S-113).
import { setTimeout as sleep } from 'node:timers/promises'
import { alwaysThere, type Recipient } from '../oauth/recipient.ts'

/**
 * `patience`: milliseconds until what looks like a replay is looked at again, whoever leaves meanwhile.
 * @returns what `look` says, or what it says then where it was a replay at first @throws what either look throws
 */
export const lookedAtTwice = async <Use extends { readonly recipient: Recipient }, Outcome>(
  patience: number,
  use: Use,
  look: (use: Use) => Promise<Outcome | 'replayed'>,
): Promise<Outcome | 'replayed'> => {
  const outcome = await look(use)
  if (outcome !== 'replayed') return outcome
  use.recipient.rests?.()
  await sleep(patience)
  return look({ ...use, recipient: alwaysThere })
}
