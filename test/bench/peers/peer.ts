// What the JavaScript peers have in common: settings from the runner, as many processes as our service has, HTTP, and tokens to begin with.
import cluster from 'node:cluster'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createPool } from 'mysql2/promise'
import type { Pool } from 'mysql2/promise'
import type { DatabaseSettings } from '../../../src/settings.ts'

export interface PeerSettings {
  readonly port: number
  readonly processes: number
  /** Database connections of all processes together. */
  readonly pool: number
  readonly database: DatabaseSettings
  readonly keysPath: string
  /** Refresh tokens to make before the first request. */
  readonly tokens: number
  readonly store: 'memory' | 'mariadb'
  /** `opaque` where the peer can give access tokens that nobody signs. */
  readonly format: 'jwt' | 'opaque'
}

export const clientId = '2'
export const userId = '205f3efb7997a0fc9755da2b535038da'

export const settings = JSON.parse(process.env.PEER ?? '{}') as PeerSettings

export const databasePool = (): Pool =>
  createPool({
    ...settings.database,
    connectionLimit: Math.max(1, Math.floor(settings.pool / settings.processes)),
  })

/** Prints `READY [tokens]` once every process listens. */
export const serve = async (listener: RequestListener, makeToken: () => Promise<string>): Promise<void> => {
  if (cluster.isPrimary) {
    const tokens: string[] = []
    while (tokens.length < settings.tokens) tokens.push(await makeToken())
    const ready = () => {
      console.log(`READY ${JSON.stringify(tokens)}`)
    }
    if (settings.processes === 1) {
      createServer(listener).listen(settings.port, '127.0.0.1', ready)
      return
    }
    let listening = 0
    cluster.on('listening', () => {
      if (++listening === settings.processes) ready()
    })
    for (let i = 0; i < settings.processes; i++) cluster.fork()
    process.once('SIGTERM', () => {
      process.exit(0)
    })
  } else {
    createServer(listener).listen(settings.port, '127.0.0.1')
    process.once('disconnect', () => {
      process.exit(0)
    })
  }
}
