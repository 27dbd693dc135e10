// Requests for clients of a person (D35), counted by each process for itself: asking and withdrawing in turn is not bounded by
// how many are open, and each time costs a hash.
import { bounds } from '../bounds.ts'
import { createTries } from './tries.ts'

const memory = 600

/** Seconds to wait; 0 counts the request. */
export const createRequestPace = () => {
  const tries = createTries(bounds.requestsOfPerson, memory)
  return (userId: string): number => tries.charge(userId)
}
