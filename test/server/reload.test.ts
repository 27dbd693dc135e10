// Restart under load: no request may be lost when workers are replaced (D16, issue 8: 100 requests a second, 0 failed).
import autocannon, { type Result } from 'autocannon'
import { expect } from 'chai'
import { startNginx } from '../support/nginx.ts'
import { testDatabase } from '../support/mariadb.ts'
import { logLines, startService, until } from './service.ts'

interface Load {
  /** Answers so far. */
  answered(): number
  /** Ends it. */
  stop(): Promise<Result>
}

const startLoad = (url: string): Load => {
  let settle: (error: unknown, result: Result) => void
  const ended = new Promise<Result>((resolve, reject) => {
    settle = (error, result) => (error ? reject(error as Error) : resolve(result))
  })
  const instance = autocannon(
    {
      url: `${url}dispatch.php/api/oauth2/token`,
      method: 'POST',
      connections: 10,
      overallRate: 100,
      duration: 180,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=refresh_token&refresh_token=x&client_id=1',
    },
    (error, result) => settle(error, result),
  )
  let answered = 0
  instance.on('response', () => {
    answered += 1
  })
  return {
    answered: () => answered,
    stop() {
      instance.stop()
      return ended
    },
  }
}

describe('reload under load', () => {
  for (const through of ['nginx', 'no proxy'] as const) {
    it(`loses no request at 100 a second while all workers are replaced twice (${through})`, async () => {
      const database = await testDatabase()
      const service = await startService(database, { WORKERS: '2' })
      const nginx =
        through === 'nginx'
          ? await startNginx({ sidecar: `127.0.0.1:${service.port}`, php: '127.0.0.1:1', failover: 'off' })
          : undefined
      const load = startLoad(nginx?.url ?? `${service.url}/`)
      // The log that is kept is short and every refusal is a line, so an earlier reload may have left it: its time tells them apart.
      const reloaded = () => logLines(service).findLast(({ msg }) => msg === 'reloaded')?.['time']
      for (let round = 0; round < 2; round++) {
        const last = reloaded()
        process.kill(service.process.pid, 'SIGHUP')
        await until(() => reloaded() !== undefined && reloaded() !== last)
      }
      await until(() => load.answered() > 100)
      const result = await load.stop()
      await nginx?.stop()
      await service.process.stop()
      await database.drop()
      // Every answer is the refusal that the service itself gives: an unknown client.
      expect(result.errors, 'connections that broke').to.equal(0)
      expect(result['4xx']).to.equal(result.requests.total)
      expect(result.timeouts).to.equal(0)
    })
  }
})
