// The programs of docs/developers/ for devices, as they stand there, against what bin/demo starts.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { demoPassword, users } from '../fixtures/users.ts'
import { startStage, type Stage } from '../stand-in/stage.ts'
import { createVisitor } from '../support/visitor.ts'

const folder = join(import.meta.dirname, '../../docs/developers')
const programs = [
  ['sh', 'device-flow.sh'],
  ['/usr/bin/python3', 'device-flow.py'],
  [process.execPath, 'device-flow.mjs'],
] as const

describe('docs/developers/device-flow.*', () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())

  const answer = async (url: string, button: 'allow' | 'deny'): Promise<void> => {
    const visitor = createVisitor(stage.url)
    const login = await visitor.get(url)
    const page = await visitor.submit(login, 'Login', { loginname: users.autor.username, password: demoPassword })
    await visitor.submit(page, button)
  }

  /** Runs it; a person answers when it prints an address. */
  const run = async (command: string, program: string, button: 'allow' | 'deny', clientId = stage.clientId) => {
    const env = { PATH: process.env['PATH'], STUDIP: stage.url, CLIENT_ID: clientId }
    const child = spawn(command, [join(folder, program)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [printed, errors] = ['', '']
    let answered: Promise<void> | undefined
    child.stderr.on('data', (part: Buffer) => (errors += part.toString()))
    child.stdout.on('data', (part: Buffer) => {
      printed += part.toString()
      const url = /^Open (\S+) and compare the code [A-Z]{4}-[A-Z]{4}\n/m.exec(printed)?.[1]
      if (url !== undefined) answered ??= answer(url, button)
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    await answered
    return { code, printed, errors }
  }

  it('P1 connect when somebody allows it, and learn who that was', async () => {
    const runs = await Promise.all(programs.map(([command, program]) => run(command, program, 'allow')))
    for (const [index, { code, printed, errors }] of runs.entries()) {
      expect({ code, errors }, programs[index]![1]).to.deep.equal({ code: 0, errors: '' })
      expect(printed).to.include(users.autor.user_id)
    }
  })

  it('P1 B16 wait while the service is away for a moment, and go on with the same code', async () => {
    const polls: number[] = []
    const server = createServer((request, response) => {
      const program = Number(/^\/(\d)\//.exec(request.url ?? '')?.[1])
      const say = (status: number, body: object) =>
        response
          .writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' })
          .end(JSON.stringify(body))
      if (request.url?.endsWith('/device_authorization'))
        return say(200, { device_code: 'x', user_code: 'y', verification_uri_complete: 'z', interval: 1 })
      if (!request.url?.endsWith('/token')) return say(200, { id: 'me' })
      polls[program] = (polls[program] ?? 0) + 1
      if (polls[program] > 1) return say(200, { access_token: 't', refresh_token: 'r' })
      return say(503, { error: 'temporarily_unavailable', error_description: 'away' })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const runs = programs.map(async ([command, program], index) => {
      const env = { PATH: process.env['PATH'], STUDIP: `http://127.0.0.1:${port}/${index}/` }
      const { stdout } = await promisify(execFile)(command, [join(folder, program)], { env })
      expect(stdout, program).to.include('"me"')
    })
    await Promise.all(runs)
    expect(polls).to.deep.equal([2, 2, 2])
    server.close()
  })

  it('P1 say so and fail when somebody denies it, or the client is unknown', async () => {
    const denied = programs.map(([command, program]) => run(command, program, 'deny'))
    const unknown = programs.map(([command, program]) => run(command, program, 'deny', '999'))
    for (const { code, errors } of await Promise.all(denied))
      expect([code, /The resource owner denied the request/.test(errors)], errors).to.deep.equal([1, true])
    for (const { code, errors } of await Promise.all(unknown))
      expect([code, /Client authentication failed/.test(errors)], errors).to.deep.equal([1, true])
  })

  it('P1 have forty lines or less, and their endpoints are those of the page', () => {
    for (const [, program] of programs) {
      const text = readFileSync(join(folder, program), 'utf8')
      expect(text.trimEnd().split('\n').length, program).to.be.at.most(40)
      expect(text).to.include('https://studip.example.org/').and.include('dispatch.php/api/oauth2')
    }
  })
})
