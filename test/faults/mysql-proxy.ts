// A proxy in front of MariaDB that knows where a statement begins, so that a test can lose a connection exactly there.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What becomes of a statement: `pass`; `cut` loses the connection before the server sees it; `half` after half of its bytes;
 * `mute` lets the server do it and loses the connection instead of the answer; `swallow` loses the statement, and nobody is told;
 * a number delays it by milliseconds.
 */
export type Fate = 'pass' | 'cut' | 'half' | 'mute' | 'swallow' | number

export interface MysqlProxy {
  readonly port: number
  /** Asked for every statement that comes by; `pass` for all unless set. */
  decide: (sql: string) => Fate
  /** Connections now. */
  connections(): number
  /** Loses all of them. */
  cutAll(): void
  /** Refuses new connections until called with false. */
  refuse(on: boolean): void
  stop(): Promise<void>
}

/** Milliseconds in which the server finishes what it was sent, before the connection goes with its answer. */
const muteFor = 150
const comQuery = 0x03

interface Pair {
  readonly client: Socket
  readonly server: Socket
  muted: boolean
  pending: Buffer
  queue: Promise<void>
}

const lose = ({ client, server }: Pair): void => {
  client.resetAndDestroy()
  server.resetAndDestroy()
}

/** The first whole packet in `bytes`, undefined until all of it is there. Packets of 16 MiB and more are none of ours. */
const firstPacket = (bytes: Buffer): Buffer | undefined => {
  if (bytes.length < 4) return undefined
  const length = bytes.readUIntLE(0, 3) + 4
  return bytes.length < length ? undefined : bytes.subarray(0, length)
}

const statementIn = (packet: Buffer): string | undefined =>
  packet[3] === 0 && packet[4] === comQuery ? packet.subarray(5).toString('utf8') : undefined

const forward = async (pair: Pair, packet: Buffer, decide: (sql: string) => Fate): Promise<void> => {
  const sql = statementIn(packet)
  const fate = sql === undefined ? 'pass' : decide(sql)
  if (fate === 'swallow') return
  if (fate === 'cut') return lose(pair)
  if (typeof fate === 'number') await sleep(fate)
  if (fate === 'mute') pair.muted = true
  pair.server.write(fate === 'half' ? packet.subarray(0, packet.length >> 1) : packet)
  if (fate === 'half' || fate === 'mute') {
    await sleep(fate === 'half' ? 20 : muteFor)
    lose(pair)
  }
}

const join = (client: Socket, target: number, decide: () => (sql: string) => Fate): Pair => {
  const pair: Pair = {
    client,
    server: connect(target, '127.0.0.1'),
    muted: false,
    pending: Buffer.alloc(0),
    queue: Promise.resolve(),
  }
  const { server } = pair
  client.setNoDelay(true)
  server.setNoDelay(true)
  client.on('data', (chunk) => {
    pair.pending = Buffer.concat([pair.pending, chunk])
    for (let packet = firstPacket(pair.pending); packet; packet = firstPacket(pair.pending)) {
      pair.pending = pair.pending.subarray(packet.length)
      const whole = packet
      pair.queue = pair.queue.then(() => forward(pair, whole, decide()))
    }
  })
  server.on('data', (chunk) => {
    if (!pair.muted) client.write(chunk)
  })
  for (const socket of [client, server]) socket.on('error', () => lose(pair)).on('close', () => lose(pair))
  return pair
}

/** Listens on a free loopback port and passes everything on to `target`. */
export const startMysqlProxy = async (target: number): Promise<MysqlProxy> => {
  const pairs = new Set<Pair>()
  let refusing = false
  const listener: Server = createServer((client) => {
    if (refusing) return void client.resetAndDestroy()
    const pair = join(client, target, () => proxy.decide)
    pairs.add(pair)
    client.once('close', () => pairs.delete(pair))
  })
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(0, '127.0.0.1', resolve))
  const cutAll = () => {
    for (const pair of pairs) lose(pair)
  }
  const proxy: MysqlProxy = {
    port: (listener.address() as AddressInfo).port,
    decide: () => 'pass',
    connections: () => pairs.size,
    cutAll,
    refuse: (on) => {
      refusing = on
    },
    stop: () =>
      new Promise((resolve) => {
        listener.close(() => resolve())
        cutAll()
      }),
  }
  return proxy
}
