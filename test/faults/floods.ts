// Abuse as it comes: floods of requests from many addresses, and connections that send a byte now and then.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const path = '/dispatch.php/api/oauth2/token'

export interface FloodOptions {
  /** Of the service, past nginx: it believes X-Forwarded-For. */
  readonly origin: string
  /** Requests at the same time. */
  readonly width: number
  readonly body: () => string
  /** After so many requests the sender takes another address. */
  readonly perAddress: number
  /** Milliseconds between the requests of one sender. */
  readonly rest?: number
}

export interface Flood {
  /** How often each status was answered. */
  readonly answers: ReadonlyMap<number, number>
  /** Milliseconds that an answer with this status took at most. */
  slowest(status: number): number
  /** Sends so many, and resolves when each has its answer. */
  send(count: number): Promise<void>
  /** Sends as long as told to. */
  run(going: () => boolean): Promise<void>
}

export const flood = ({ origin, width, body, perAddress, rest = 0 }: FloodOptions): Flood => {
  const answers = new Map<number, number>()
  const slowest = new Map<number, number>()
  let sent = 0
  const one = async (): Promise<void> => {
    const address = Math.floor(sent++ / perAddress)
    const start = performance.now()
    const answer = await fetch(`${origin}${path}`, {
      method: 'POST',
      body: body(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-forwarded-for': `198.18.${address >> 8}.${address & 255}`,
      },
    })
    await answer.text()
    answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1)
    slowest.set(answer.status, Math.max(slowest.get(answer.status) ?? 0, performance.now() - start))
    if (rest > 0) await sleep(rest)
  }
  const run = async (going: () => boolean): Promise<void> => {
    await Promise.all(
      Array.from({ length: width }, async () => {
        while (going()) await one()
      }),
    )
  }
  const send = (count: number): Promise<void> => {
    const end = sent + count
    return run(() => sent < end)
  }
  return { answers, slowest: (status) => slowest.get(status) ?? 0, send, run }
}

export interface SlowSenders {
  /** Keeps them open as long as told to; who is cut off connects again. */
  run(going: () => boolean): Promise<void>
  /** How many were open at the same time, at most. */
  mostOpen(): number
}

const opened = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))

/** Connections to a port of this host that never finish their header or their body. They come from an address of their own. */
export const slowSenders = (
  port: number,
  { headers, bodies }: { readonly headers: number; readonly bodies: number },
): SlowSenders => {
  const open = (start: string): Socket => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' }).on('error', () => undefined)
    socket.write(start)
    return socket
  }
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\n`
  const starts = [
    ...Array.from({ length: headers }, () => `${head}X-Slow: `),
    ...Array.from(
      { length: bodies },
      () => `${head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n`,
    ),
  ]
  let most = 0
  const run = async (going: () => boolean): Promise<void> => {
    let sockets = starts.map(open)
    // A busy machine may need longer for that than the abuse is to last.
    await Promise.all(sockets.map(opened))
    do {
      most = Math.max(most, sockets.filter(({ readyState }) => readyState === 'open').length)
      await sleep(200)
      sockets = sockets.map((socket, index) => (socket.readyState === 'open' ? socket : open(starts[index] ?? '')))
      for (const socket of sockets) socket.write('a')
    } while (going())
    for (const socket of sockets) socket.destroy()
  }
  return { run, mostOpen: () => most }
}
