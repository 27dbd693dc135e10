// What systemd hears: a real socket of its kind, systemd's own systemd-notify, the real service.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { createLog } from '../../src/log.ts'
import { createNotify, type Notify } from '../../src/server/notify.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'
import { logLines, startService, until, workersOf, type RunningService } from './service.ts'

const run = promisify(execFile)

// Node has no such sockets, so Python listens; one line a message.
const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(s.recv(4096).decode().replace("\\n", " "), flush=True)
`

const hasSystemdNotify = (): Promise<boolean> =>
  run('systemd-notify', ['--version']).then(
    () => true,
    () => false,
  )

const listenAt = async (socket: string, messages: string[]): Promise<ChildProcess> => {
  const python = spawn('/usr/bin/python3', ['-c', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  python.stdout!.on('data', (text: Buffer) => messages.push(...text.toString().trimEnd().split('\n')))
  await until(() => messages.includes('bound'))
  return python
}

describe('oauth2:serve under systemd', () => {
  let database: TestDatabase
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  let python: ChildProcess
  let service: RunningService | undefined
  const messages: string[] = []

  before(async function () {
    if (!(await hasSystemdNotify())) return this.skip()
    folder = await temporaryDirectory('notify')
    const socket = join(folder.path, 'notify.sock')
    python = await listenAt(socket, messages)
    database = await testDatabase()
    service = await startService(database, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1000000' })
  })
  after(async () => {
    await service?.process.stop()
    python?.kill()
    await database?.drop()
    folder?.remove()
  })

  it('O6 says that it is ready, and that a reload begins and ends', async () => {
    await until(() => messages.some((message) => message.startsWith('READY=1')))
    expect(messages.find((message) => message.startsWith('READY=1'))).to.equal('READY=1 STATUS=1 workers')
    const before = process.hrtime.bigint() / 1000n
    messages.length = 0
    process.kill(service!.process.pid, 'SIGHUP')
    await until(() => messages.some((message) => message.startsWith('READY=1')))
    const told = messages.filter((message) => /^(READY|RELOADING)/.test(message))
    const [, since] = /^RELOADING=1 MONOTONIC_USEC=(\d+)$/.exec(told[0] ?? '') ?? []
    // systemd takes the end for that of this reload only when it began after the signal.
    expect(BigInt(since ?? 0) >= before).to.equal(true)
    // A message may come twice: when systemd-notify ran out of time after it had sent it.
    expect(told.find((message) => message !== told[0])).to.equal('READY=1 STATUS=1 workers')
    await until(() => logLines(service!).some(({ msg }) => msg === 'reloaded'))
  })

  it('O6 shows signs of life only while a worker answers', async () => {
    const alive = () => messages.filter((message) => message === 'WATCHDOG=1').length
    messages.length = 0
    await until(() => alive() >= 2)
    const [worker] = await workersOf(service!.process.pid)
    process.kill(worker!, 'SIGSTOP')
    try {
      // Who was asked before may still answer; then six are asked in vain, one after the other.
      let [heard, since] = [alive(), Date.now()]
      await until(() => {
        if (alive() !== heard) [heard, since] = [alive(), Date.now()]
        return Date.now() - since > 3000
      })
    } finally {
      process.kill(worker!, 'SIGCONT')
    }
    messages.length = 0
    await until(() => alive() >= 1)
  })

  it('O6 says that it stops', async () => {
    messages.length = 0
    await service!.process.stop()
    await until(() => messages.includes('STOPPING=1'))
  })
})

describe('a message to systemd', () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  let python: ChildProcess
  let socket: string
  const messages: string[] = []

  before(async function () {
    if (!(await hasSystemdNotify())) return this.skip()
    folder = await temporaryDirectory('notify')
    socket = join(folder.path, 'notify.sock')
    python = await listenAt(socket, messages)
  })
  after(() => {
    python?.kill()
    folder?.remove()
  })

  /** systemd's own program, that fails the first times as it does where the machine is short of everything. */
  const failing = async (
    times: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<{ notify: Notify; lines: string[]; tried: () => Promise<number> }> => {
    const bin = await temporaryDirectory('notify-bin')
    const [count, lines] = [join(bin.path, 'tried'), [] as string[]]
    await writeFile(count, '')
    await writeFile(
      join(bin.path, 'systemd-notify'),
      `#!/bin/sh
echo >> ${count}
[ $(wc -l < ${count}) -gt ${times} ] && PATH=$REST exec systemd-notify "$@"
exit 1
`.replace('$REST', process.env['PATH']!),
      { mode: 0o755 },
    )
    return {
      notify: createNotify(createLog('info', { write: (line: string) => void lines.push(line) }), {
        NOTIFY_SOCKET: socket,
        PATH: `${bin.path}:${process.env['PATH']}`,
        ...environment,
      }),
      lines,
      tried: async () => (await readFile(count, 'utf8')).length,
    }
  }

  it('O6 is tried again, in order and without a line, when it could not be sent', async () => {
    const { notify, lines, tried } = await failing(2)
    messages.length = 0
    await Promise.all([notify.reloading(), notify.ready('2 workers')])
    // The real ones may fail, too, on a busy machine.
    expect(await tried()).to.be.within(4, 8)
    await until(() => messages.some((message) => message.startsWith('READY=1')))
    const told = messages
      .map((message) => message.split('=')[0])
      .filter((word) => /^(READY|RELOADING)$/.test(word ?? ''))
    expect([...new Set(told)]).to.deep.equal(['RELOADING', 'READY'])
    expect(lines).to.deep.equal([])
  })

  it('O6 leaves one line after five tries in vain', async () => {
    const { notify, lines, tried } = await failing(99)
    await notify.stopping()
    expect(await tried()).to.equal(5)
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).to.deep.equal(['systemd could not be told'])
  })

  it('O6 is tried once when it is a sign of life, for the next one comes', async () => {
    const { notify, lines, tried } = await failing(99, { WATCHDOG_USEC: '100000' })
    let asked = 0
    notify.watch(() => Promise.resolve((asked += 1) === 1))
    await until(() => asked >= 2 && lines.length > 0)
    expect(await tried()).to.equal(1)
  })
})
