// Who waits for the answer: nothing expensive is done, and nothing is used up, for somebody who has hung up (D28, S-113).

export interface Recipient {
  /** What is known now. */
  readonly hasLeft: () => boolean
  /** Lets the news of a departure arrive that came while this process stood still; at once where it did not. */
  readonly listen: () => Promise<void>
  /** Milliseconds since the request came. */
  readonly waited: () => number
  /** Told when nothing but time passes for this request from now on: its turn is over, whoever comes next may begin. */
  readonly rests?: () => void
}

/** Ends the work for a request; nobody hears of it, so it is no error of the protocol. */
export class RecipientLeft extends Error {
  override readonly name = 'RecipientLeft'
}

/** For work that nobody can hang up on. */
export const alwaysThere: Recipient = { hasLeft: () => false, listen: () => Promise.resolve(), waited: () => 0 }

/** @throws RecipientLeft */
export const assertPresent = async (recipient: Recipient): Promise<void> => {
  await recipient.listen()
  if (recipient.hasLeft()) throw new RecipientLeft('The client left before the answer.')
}
