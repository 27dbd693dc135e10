// Group commit: what is to be written at the same moment shares one transaction, as long as nothing is unusual about any of it.
import { isDatabaseAway, isTransient } from './database-errors.ts'

interface Ways<Work, Outcome> {
  /** Commits everything and answers with the outcome of each, or leaves everything as it was and answers undefined. */
  readonly together: (works: readonly Work[]) => Promise<Outcome | undefined>
  readonly alone: (work: Work) => Promise<Outcome>
}

interface Waiting<Work, Outcome> {
  readonly work: Work
  readonly resolve: (outcome: Outcome | PromiseLike<Outcome>) => void
  readonly reject: (error: unknown) => void
}

/** Rows that one transaction may keep locked at most. */
const mostTogether = 32

// Only an answer of the server proves that the transaction was taken back; after a lost one it may have been committed.
const wasTakenBack = (error: unknown): boolean => isTransient(error) || !isDatabaseAway(error)

const commit = async <Work, Outcome>(
  { together, alone }: Ways<Work, Outcome>,
  group: readonly Waiting<Work, Outcome>[],
): Promise<void> => {
  const eachAlone = () => {
    for (const { work, resolve } of group) resolve(alone(work))
  }
  if (group.length === 1) return eachAlone()
  try {
    const outcome = await together(group.map(({ work }) => work))
    if (outcome === undefined) eachAlone()
    else for (const { resolve } of group) resolve(outcome)
  } catch (error) {
    if (wasTakenBack(error)) eachAlone()
    else for (const { reject } of group) reject(error)
  }
}

/** Collects work until nothing can go on without an answer from outside, then commits it: together if possible, else each alone. */
export const inGroups = <Work, Outcome>(ways: Ways<Work, Outcome>): ((work: Work) => Promise<Outcome>) => {
  let waiting: Waiting<Work, Outcome>[] = []
  const commitAll = () => {
    const all = waiting
    waiting = []
    for (let at = 0; at < all.length; at += mostTogether) void commit(ways, all.slice(at, at + mostTogether))
  }
  return (work) =>
    new Promise<Outcome>((resolve, reject) => {
      if (waiting.length === 0) process.nextTick(commitAll)
      waiting.push({ work, resolve, reject })
    })
}
