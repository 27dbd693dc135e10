// Child processes of tests and demo: started with a bounded log, awaited until ready, ended by their own process id.
import { spawn, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface StartOptions {
  readonly command: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Asked every 50 ms unless told otherwise; the process is ready when it answers true. Rejections count as "not yet". */
  readonly ready?: (log: string) => boolean | Promise<boolean>
  /** Milliseconds between two questions. */
  readonly askEvery?: number
  /** Milliseconds until readiness at most (60 s unless given). */
  readonly readyWithin?: number
}

export interface RunningProcess {
  readonly pid: number
  /** Both outputs so far, the last 256 KiB of them. */
  log(): string
  exited(): boolean
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>
  /** Ends it with SIGTERM (or the given signal), with SIGKILL after 15 seconds, and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const children = new Set<ChildProcess>()
const directories = new Set<string>()

// The last line of defence: whatever ends this process, its children go and so do its files. SIGKILL alone gets past it.
process.on('exit', () => {
  for (const child of children) killGroup(child.pid)
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
})
for (const signal of ['SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => process.exit(signal === 'SIGTERM' ? 143 : 129))

// Each child leads a process group of its own, so that what it has started itself (nginx's workers, say) ends with it.
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left in it.
  }
}

/** A fresh directory that disappears with this process at the latest; `remove` deletes it at once. */
export async function temporaryDirectory(name: string): Promise<{ path: string; remove(): void }> {
  const path = await mkdtemp(join(tmpdir(), `studip-oauth2-${name}-`))
  directories.add(path)
  return {
    path,
    remove() {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 })
      directories.delete(path)
    },
  }
}

/** Starts a process (outside the terminal's reach: Ctrl-C is ours to pass on) and waits until it is ready. Rejects with its log when it ends or takes too long. */
export async function startProcess(options: StartOptions): Promise<RunningProcess> {
  const child = spawn(options.command, options.args ?? [], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString('utf8')).slice(-262_144)
    })
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      log += error.message
      resolve('not started')
    })
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  let gone = false
  void ended.then(() => {
    gone = true
    children.delete(child)
    killGroup(child.pid)
  })
  const running: RunningProcess = {
    pid: child.pid ?? -1,
    log: () => log,
    exited: () => gone,
    ended,
    async stop(signal = 'SIGTERM') {
      if (gone) return
      child.kill(signal)
      const timer = setTimeout(() => killGroup(child.pid), 15_000)
      await ended
      clearTimeout(timer)
    },
  }
  await untilReady(options, running)
  return running
}

async function untilReady(
  { command, ready, askEvery = 50, readyWithin = 300_000 }: StartOptions,
  running: RunningProcess,
): Promise<void> {
  const deadline = Date.now() + readyWithin
  while (ready && !(await Promise.resolve(ready(running.log())).catch(() => false))) {
    if (running.exited())
      throw new Error(`${command} ended with ${await running.ended} before it was ready:\n${running.log()}`)
    if (Date.now() > deadline) {
      await running.stop('SIGKILL')
      throw new Error(`${command} was not ready after ${readyWithin} ms:\n${running.log()}`)
    }
    await sleep(askEvery)
  }
}
