// A TCP proxy in front of the database that can lose a connection at the moment of a COMMIT, as a network does.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { DatabaseSettings } from '../../src/settings.ts'

/** `before`: the server never sees the COMMIT. `after`: it commits, and its answer is lost. */
export type Fault = 'before' | 'after' | undefined

export interface DatabaseProxy {
  readonly settings: DatabaseSettings
  /** What befalls the next statement that commits; once. */
  failNextCommit(fault: Fault): void
  /** How many commits were lost. */
  lost(): number
  stop(): Promise<void>
}

/** Listens on a free loopback port. */
export const startDatabaseProxy = async (database: DatabaseSettings): Promise<DatabaseProxy> => {
  let fault: Fault
  let lost = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(database.port ?? 3306, database.host ?? '127.0.0.1')
    for (const socket of [client, upstream])
      sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => end()))
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    client.on('close', end).on('data', (bytes) => {
      if (!fault || !/\bCOMMIT\b/.test(bytes.toString('latin1'))) return void upstream.write(bytes)
      lost += 1
      if (fault === 'before') {
        // A batch in one packet comes with its COMMIT: everything before it arrives, and the transaction is left open.
        const [, statements = ''] = /^([\s\S]*?);\s*COMMIT$/.exec(textOf(bytes)) ?? []
        if (statements) upstream.write(packet(`${statements}; DO SLEEP(0.2)`))
        setTimeout(end, statements ? 50 : 0)
      } else {
        // Lost when the server answers what was sent behind the COMMIT: one that loses the connection earlier may stop before it.
        let answered = ''
        upstream.removeAllListeners('data').on('data', (answer) => {
          answered += answer.toString('latin1')
          if (answered.includes(isCommitted)) end()
        })
        upstream.write(packet(`${textOf(bytes)}; SELECT '${isCommitted}'`))
      }
      fault = undefined
    })
    upstream.on('close', end).on('data', (bytes) => client.write(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    settings: { ...database, host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    failNextCommit(next) {
      fault = next
    },
    lost: () => lost,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const isCommitted = 'committed, and nobody heard of it'

// Of a whole COM_QUERY, without what ends it.
const textOf = (bytes: Buffer): string => bytes.toString('latin1', 5).replace(/;?\s*$/, '')

// COM_QUERY: three bytes of length, a sequence number, 0x03, the text.
const packet = (sql: string): Buffer => {
  const payload = Buffer.concat([Buffer.from([3]), Buffer.from(sql, 'latin1')])
  return Buffer.concat([
    Buffer.from([payload.length & 255, (payload.length >> 8) & 255, payload.length >> 16, 0]),
    payload,
  ])
}
