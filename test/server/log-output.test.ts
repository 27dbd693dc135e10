// A log that cannot be written is no reason to stop serving, nor one never to end (O5).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { bareEnvironment, environmentOf, studip } from '../cli/studip.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { freePort } from '../support/free-port.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { until } from './service.ts'

type Output = number | 'pipe'

describe('oauth2:serve whose log cannot be written', () => {
  let database: TestDatabase
  before(async () => void (database = await testDatabase()))
  after(() => database.drop())

  /** Runs it with `stdout`; `work` gets its address. Its exit code, once it was told to stop. */
  const served = async (
    stdout: Output,
    work: (api: string, child: ReturnType<typeof spawn>) => Promise<void>,
    limit = 'unlimited',
  ): Promise<unknown> => {
    const [port, monitoring] = [await freePort(), await freePort()]
    const listen = { LISTEN: `127.0.0.1:${port}`, METRICS_LISTEN: `127.0.0.1:${monitoring}` }
    const child = spawn('bash', ['-c', `ulimit -f ${limit}; exec "$0" oauth2:serve`, studip], {
      cwd: '/',
      env: bareEnvironment(await environmentOf(database, { ...listen, WORKERS: '1' })),
      stdio: ['ignore', stdout, 'ignore'],
    })
    const ended = once(child, 'exit')
    try {
      await until(async () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
        return fetch(`http://127.0.0.1:${monitoring}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        )
      })
      await work(`http://127.0.0.1:${port}/dispatch.php/api/oauth2`, child)
      expect(child.exitCode, 'it runs').to.equal(null)
      child.kill('SIGTERM')
      const [code] = (await ended) as unknown[]
      return code
    } finally {
      child.kill('SIGKILL')
    }
  }
  /** Each leaves a line. */
  const refused = async (api: string, times: number) => {
    for (let time = 0; time < times; time += 1)
      expect((await fetch(`${api}/token`, { method: 'POST' })).status).to.equal(400)
  }

  it('O5 answers and ends while the disk of its log is full', async () => {
    const code = await served(openSync('/dev/full', 'w'), async (api) => {
      await refused(api, 30)
      await new Promise((resolve) => setTimeout(resolve, 500))
      await refused(api, 5)
    })
    expect(code).to.equal(0)
  })

  it('O5 answers and ends when the reader of its log has left', async () => {
    const code = await served('pipe', async (api, child) => {
      child.stdout!.destroy()
      await refused(api, 30)
    })
    expect(code).to.equal(0)
  })

  it('O5 says how many lines were lost once there is room again, on a line of its own', async () => {
    const directory = await temporaryDirectory('log')
    const file = join(directory.path, 'log')
    await writeFile(file, '')
    const room = 65_536
    // Kilobytes that this process and its workers may write into a file: a disk of its own.
    const code = await served(
      openSync(file, 'a'),
      async (api) => {
        await until(async () => {
          await refused(api, 40)
          return (await readFile(file)).length >= room
        })
        await refused(api, 40)
        // A line that was torn stands at the end.
        await truncate(file, 0)
        await until(async () => {
          await refused(api, 5)
          return (await readFile(file, 'utf8')).includes('log lines were lost')
        })
      },
      String(room / 1024),
    )
    expect(code).to.equal(0)
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
    const [said] = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'log lines were lost')
    expect(said).to.include({ level: 'error' })
    expect(said?.['lines']).to.be.greaterThan(0)
    directory.remove()
  })
})
