// SIGTERM while the service starts: it ends at once and tells no false alarm (R16).
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { bareEnvironment, environmentOf, studip } from '../cli/studip.ts'
import { freePort } from '../support/free-port.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'

describe('oauth2:serve that is stopped while it starts', () => {
  let database: TestDatabase
  before(async () => void (database = await testDatabase()))
  after(() => database.drop())

  it('R16 writes no line of level error or fatal, whenever the signal comes', async () => {
    const env = await environmentOf(database, { WORKERS: '2' })
    const alarms: string[] = []
    for (let step = 0; step < 12; step += 1) {
      const ports = { LISTEN: `127.0.0.1:${await freePort()}`, METRICS_LISTEN: `127.0.0.1:${await freePort()}` }
      const child = spawn(studip, ['oauth2:serve'], {
        cwd: '/',
        env: bareEnvironment({ ...env, ...ports }),
        detached: true,
      })
      let output = ''
      child.stdout.on('data', (text: Buffer) => (output += text.toString()))
      child.stderr.on('data', (text: Buffer) => (output += text.toString()))
      const closed = new Promise((resolve) => child.once('close', resolve))
      // Between the first instruction and, on a quiet machine, the first answer.
      await Promise.race([sleep(120 + step * 120), closed])
      // As systemd does with KillMode=control-group or a terminal: the whole group hears it.
      try {
        process.kill(step % 2 === 0 ? child.pid! : -child.pid!, 'SIGTERM')
      } catch {
        // It has ended already.
      }
      await closed
      alarms.push(...output.split('\n').filter((line) => /"level":"(error|fatal)"|EPIPE|ERR_IPC/.test(line)))
    }
    expect(alarms).to.deep.equal([])
  })
})
