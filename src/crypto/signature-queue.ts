// Signatures wait here for a thread, so that the pool's threads are not all taken by them.
import pLimit from 'p-limit'

export interface SignatureQueue {
  /** Signs as soon as it is this one's turn. */
  readonly add: <T>(sign: () => Promise<T>) => Promise<T>
  /** Under way and waiting. */
  readonly length: () => number
  /** Resolves while none waits for a thread: whoever brings more should come now, and who comes earlier only waits here. */
  readonly runningDry: () => Promise<void>
}

/** `atOnce` signatures are made at the same time. */
export const createSignatureQueue = (atOnce: number): SignatureQueue => {
  const oneOfFew = pLimit(atOnce)
  let length = 0
  let toTell: (() => void)[] = []
  const signed = () => {
    length -= 1
    if (length > atOnce) return
    for (const tell of toTell) tell()
    toTell = []
  }
  return {
    add: (sign) => {
      length += 1
      return oneOfFew(sign).finally(signed)
    },
    length: () => length,
    runningDry: () =>
      length <= atOnce
        ? Promise.resolve()
        : new Promise((resolve) => {
            toTell.push(resolve)
          }),
  }
}
