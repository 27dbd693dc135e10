// The programs of docs/developers/ for devices, as they stand there, against what bin/demo starts.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
