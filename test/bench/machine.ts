// The machine, its versions, and what processes take of it.
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { promisify } from 'node:util'

export const cores = cpus().length

const output = async (command: string, args: readonly string[]): Promise<string> => {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    })
    return stdout.trim().split('\n')[0] ?? ''
  } catch {
    return 'not installed'
  }
}

/** Name → value, for the head of the report. */
export const describeMachine = async (): Promise<Record<string, string>> => ({
  processor: `${cores} × ${cpus()[0]?.model ?? 'unknown'}`,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  'operating system': /PRETTY_NAME="(.*)"/.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? process.platform,
  Node: process.version,
  OpenSSL: `${await output('openssl', ['version'])} (openssl speed), ${process.versions.openssl} (Node)`,
  MariaDB: await output('mariadbd', ['--version']),
  PHP: await output('php', ['--version']),
})

interface Stat {
  readonly parent: number
  readonly ticks: number
  readonly pages: number
}

const statOf = (pid: string): Stat | undefined => {
  try {
    // After the command in parentheses: state, ppid, … utime (12), stime (13), … rss (22), see proc(5).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]), pages: Number(fields[21]) }
  } catch {
    return undefined
  }
}

/** A process and all below it. */
const family = (pid: number): Map<number, Stat> => {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const stat = statOf(name)
        return stat ? [[Number(name), stat] as const] : []
      }),
  )
  const belongs = (id: number): boolean => id === pid || (all.has(id) && id > 1 && belongs(all.get(id)?.parent ?? 0))
  return new Map([...all].filter(([id]) => belongs(id)))
}

/** Milliseconds of CPU that a process and its living children have had so far. */
export const cpuOf = (pid: number): number => [...family(pid).values()].reduce((sum, { ticks }) => sum + ticks * 10, 0)

/** Resident megabytes of each process of the family, biggest first. */
export const residentOf = (pid: number): readonly number[] =>
  [...family(pid).values()].map(({ pages }) => (pages * 4096) / 1e6).sort((a, b) => b - a)
