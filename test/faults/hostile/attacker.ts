// The attackers, in a process of their own: what they cost themselves must not slow down those who measure.
import { connect } from 'node:net'
import { setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Attack } from './attacks.ts'

export interface Assignment {
  readonly port: number
  /** Addresses of the loopback network that they come from. */
  readonly addresses: readonly string[]
  /** Senders of each address. */
  readonly senders: number
  /** Connections of each address that send slowly. */
  readonly connections: number
}

export interface Order {
  readonly attack: Attack
  readonly milliseconds: number
}

export interface Report {
  readonly requests: number
  readonly bytes: number
  /** `429 × 12`; 0 for no answer. */
  readonly statuses: Readonly<Record<string, number>>
}

const { port, addresses, senders, connections } = JSON.parse(process.argv[2] ?? '') as Assignment
/** Milliseconds that an answer is waited for; between two bytes of a slow sender; and between two requests of one sender. */
const [patience, drip, rest] = [5_000, 200, 2]

/** Sends it on a connection of its own. @returns the status; 0 when the other side closed without one */
const sendOnce = (bytes: Buffer, address: string): Promise<number> =>
  new Promise((resolve) => {
    let answer = ''
    const socket = connect({ port, host: '127.0.0.1', localAddress: address }, () => socket.write(bytes))
    socket.setTimeout(patience, () => socket.destroy())
    socket.on('data', (chunk) => {
      if (answer.length < 12) answer += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Number(answer.slice(9, 12))))
  })

const dripping = async (beginning: Buffer, address: string, isGoing: () => boolean): Promise<void> => {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address }, () => socket.write(beginning))
  socket.on('error', () => undefined)
  while (isGoing() && !socket.destroyed) {
    await sleep(drip)
    socket.write('a')
  }
  socket.destroy()
}

const obey = async ({ attack: { requests, slow }, milliseconds }: Order): Promise<Report> => {
  const end = performance.now() + milliseconds
  const isGoing = () => performance.now() < end
  const statuses: Record<string, number> = {}
  let [sent, bytes] = [0, 0]
  const send = async (address: string): Promise<void> => {
    // One at least, however late it is when they come to run.
    while (isGoing() || sent === 0) {
      // What was sent from another process is a plain array of bytes.
      const next = Buffer.from(requests[sent % requests.length] ?? [])
      sent += 1
      bytes += next.length
      if (slow) await dripping(next, address, isGoing)
      else {
        const status = await sendOnce(next, address)
        statuses[status] = (statuses[status] ?? 0) + 1
        await sleep(rest)
      }
    }
  }
  const each = slow ? connections : senders
  await Promise.all(addresses.flatMap((address) => Array.from({ length: each }, () => send(address))))
  return { requests: sent, bytes, statuses }
}

// They stand for machines elsewhere, so they come last on this one.
setPriority(0, 19)
process.on('message', (order: Order) => void obey(order).then((report) => process.send?.(report)))
