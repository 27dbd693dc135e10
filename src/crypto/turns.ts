// Codes and refresh tokens of one user and client are looked at a few at a time, whatever becomes of them: a used one costs a
// signature, too, and one user may hold thousands of them (A5, A14). Everybody else goes past that line.
import { bounds } from '../bounds.ts'
import type { Asker, Turns } from '../oauth/ports.ts'
import type { Recipient } from '../oauth/recipient.ts'
import { createFairQueue, type FairQueue } from './fair-queue.ts'

const room = {
  atOnce: bounds.presentedAtOnce.most,
  places: bounds.waitingCredentials.most,
  suspectPlaces: bounds.waitingCredentials.most,
}

type Work<T> = (recipient: Recipient) => Promise<T>

interface Line {
  /** Under way and waiting. */
  inside: number
  /** Not before there is a crowd: hardly anybody ever needs one. */
  queue?: FairQueue
}

const inTurn = <T>(queue: FairQueue, id: string, { recipient, ...asker }: Asker, work: Work<T>): Promise<T> => {
  const came = performance.now()
  // Only what is spent in this line may be too long for it.
  const waiting = { ...asker, recipient: { ...recipient, waited: () => performance.now() - came } }
  const begun = queue.run(id, waiting, async () => {
    let rests = (): void => undefined
    const resting = new Promise<void>((resolve) => (rests = resolve))
    const answer = work({ ...recipient, rests })
    await Promise.race([answer.catch(() => undefined), resting])
    return { answer }
  })
  return begun.then(({ answer }) => answer)
}

/** Remembers whoever is there, and nobody else. */
export const createTurns = (): Turns => {
  const lines = new Map<string, Line>()
  let number = 0
  return async ({ userId, clientId }, asker, work) => {
    const whose = `${userId} ${clientId}`
    const line: Line = lines.get(whose) ?? { inside: 0 }
    lines.set(whose, line)
    line.inside += 1
    try {
      if (!line.queue && line.inside <= room.atOnce) return await work(asker.recipient)
      line.queue ??= createFairQueue(room)
      number += 1
      return await inTurn(line.queue, String(number), asker, work)
    } finally {
      line.inside -= 1
      if (line.inside === 0) lines.delete(whose)
    }
  }
}
