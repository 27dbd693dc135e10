// Where log lines go: standard output, many at a time, beside the requests. What the system does not take is lost and counted; a
// disk that is full, or a reader that has left, is no reason to stop serving.
import { write, writeSync } from 'node:fs'

/** Bytes that are worth a write of their own, and milliseconds that a line waits for others at most. */
const blockSize = 8192
const longestDelay = 200
/** Characters that wait for a slow reader at most; further lines are lost. */
const mostWaiting = 4_194_304
/** Milliseconds until a slow reader is tried again, and how often an ending process does so. */
const pause = 50
const lastTries = 20

export interface LogOutput {
  readonly write: (line: string) => void
}

interface Block {
  readonly bytes: Buffer
  /** How much of it is written. */
  at: number
  /** False while it waits for a slow reader. */
  underWay: boolean
}

const linesIn = (bytes: Buffer): number => bytes.reduce((count, byte) => (byte === 0x0a ? count + 1 : count), 0)

const isSlow = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EAGAIN'

/** `onLost` hears how many lines were lost, once lines are taken again. What waits is written when the process exits. */
export const createLogOutput = (fd: number, onLost: (lines: number) => void): LogOutput => {
  let waiting = ''
  let block: Block | undefined
  let timer: NodeJS.Timeout | undefined
  let lost = 0
  /** The last line that was written has no end. */
  let torn = false

  const taken = (): Block => {
    const bytes = Buffer.from(torn ? `\n${waiting}` : waiting)
    waiting = ''
    return { bytes, at: 0, underWay: false }
  }
  const lose = ({ bytes, at }: Block): void => {
    lost += linesIn(bytes.subarray(at))
    torn ||= at > 0
  }
  const report = (): void => {
    torn = false
    if (lost === 0) return
    const lines = lost
    lost = 0
    onLost(lines)
  }
  const put = (one: Block): void => {
    one.underWay = true
    write(fd, one.bytes, one.at, (error, written) => {
      one.underWay = false
      if (!error) one.at += written
      if (error ? isSlow(error) : one.at < one.bytes.length) return void setTimeout(put, error ? pause : 0, one).unref()
      block = undefined
      if (error) lose(one)
      else report()
      flushSoon()
    })
  }
  const flushSoon = (): void => {
    if (waiting.length >= blockSize) flush()
    else if (waiting !== '') timer ??= setTimeout(flush, longestDelay).unref()
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (block || waiting === '') return
    block = taken()
    put(block)
  }
  // Not what is under way: nobody can tell how much of it is written.
  const writeTheRest = (): void => {
    const rest = [...(block && !block.underWay ? [block.bytes.subarray(block.at)] : []), taken().bytes]
    const bytes = Buffer.concat(rest)
    for (let at = 0, tries = lastTries; at < bytes.length && tries > 0;)
      try {
        at += writeSync(fd, bytes, at)
      } catch (error) {
        if (!isSlow(error)) return
        tries -= 1
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause)
      }
  }
  let known = false
  return {
    write: (line) => {
      // A log that writes nothing needs no word at the end.
      if (!known) process.once('exit', writeTheRest)
      known = true
      if (waiting.length > mostWaiting) lost += 1
      else waiting += line
      flushSoon()
    },
  }
}
