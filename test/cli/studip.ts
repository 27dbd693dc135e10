// Runs bin/studip as a child process, as an operator does. bin/test has built it before.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { testKeys } from '../support/keys.ts'
import type { TestDatabase } from '../support/mariadb.ts'

export const studip = fileURLToPath(new URL('../../bin/studip', import.meta.url))

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Added to an environment without any settings of ours. */
  readonly env?: Readonly<Record<string, string>>
  /** Run as this user, when the test itself is run by root. */
  readonly uid?: number
}

/** The test's environment without what could be a setting, in English. */
export const bareEnvironment = (more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  TMPDIR: process.env['TMPDIR'],
  LANG: 'en_GB.UTF-8',
  ...more,
})

/** Never rejects; standard input is closed. Runs in /, where no .env is. */
export const run = (args: readonly string[], { env = {}, uid }: RunOptions = {}): Promise<Ran> =>
  new Promise((resolve) => {
    const as = uid !== undefined && process.getuid?.() === 0 ? { uid, gid: uid } : {}
    const child = execFile(
      studip,
      args,
      { cwd: '/', env: bareEnvironment(env), maxBuffer: 64e6, ...as },
      (error, stdout, stderr) => {
        const code = (error as { code?: unknown } | null)?.code
        resolve({ code: error ? (typeof code === 'number' ? code : -1) : 0, stdout, stderr })
      },
    )
    child.stdin?.end()
  })

/** Everything that a command needs to know about a test installation. */
export const environmentOf = async (
  database: Pick<TestDatabase, 'url'>,
  more: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> => ({
  STUDIP_VERSION: '6.0',
  BASE_URL: 'http://127.0.0.1/',
  DATABASE_URL: database.url,
  KEYS_PATH: await testKeys(),
  SESSION_STORE: 'database',
  ...more,
})

/** The JSON of a command that must have succeeded. */
export const json = async <T>(args: readonly string[], options: RunOptions): Promise<T> => {
  const { code, stdout, stderr } = await run([...args, '--json'], options)
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`)
  return JSON.parse(stdout) as T
}
