// Free loopback ports, so that several runs and a demo live side by side.
import { randomInt } from 'node:crypto'
import { createServer, connect } from 'node:net'

// Below the ports that Linux gives to outgoing connections and to whoever asks for any: a port from there could be taken before
// it is bound, or while a server that was killed under load is away from it.
// Mocha's workers have a part each: what is free for one moment may be a server of the other file that is about to come back.
const worker = process.env['MOCHA_WORKER_ID']
const [lowest, highest] = worker === undefined ? [20_000, 32_000] : partOf(Number(worker))
const given = new Set<number>()

function partOf(index: number): [number, number] {
  const lowestOfPart = 20_000 + (index % 4) * 3_000
  return [lowestOfPart, lowestOfPart + 3_000]
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

/** A TCP port on 127.0.0.1 that was free a moment ago, and never the same twice; another run on this machine could still take it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}

/** True when something accepts connections there. */
export const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
