// The other end of a request, as the protocol wants to know it: still there, or gone.
import type { Context } from 'koa'
import type { Recipient } from '../oauth/recipient.ts'

/** Milliseconds without a look after which news may have piled up. */
const pause = 500
/** Turns of the event loop until the end of a connection has become known. */
const turns = 2

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Of this request; made when it arrives. */
export const recipientOf = (ctx: Context): Recipient => (ctx.state as { recipient: Recipient }).recipient

export const newRecipient = ({ req: { socket }, res }: Context): Recipient => {
  const came = performance.now()
  let looked = came
  return {
    // A half-closed connection counts: Node closes the other half, and no answer passes.
    hasLeft: () => res.destroyed || socket.destroyed || socket.readableEnded,
    listen: async () => {
      const stoodStill = performance.now() - looked > pause
      for (let turn = 0; stoodStill && turn < turns; turn += 1) await nextTurn()
      looked = performance.now()
    },
    waited: () => performance.now() - came,
  }
}
