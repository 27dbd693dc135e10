// The programs of docs/developers.md, as they stand there, against nginx, the service and a stand-in for Stud.IP.
import { execFile, spawn } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { demoPassword, users } from '../fixtures/users.ts'
import { startStage, type Stage } from '../stand-in/stage.ts'
import { launchChromium } from '../support/browser.ts'
import { temporaryDirectory } from '../support/child-process.ts'
import { createVisitor } from '../support/visitor.ts'
import { blocks, programAt } from './page.ts'

const modules = join(import.meta.dirname, '../../node_modules')

describe('docs/developers.md', () => {
  let stage: Stage
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  let secret = ''
  before(async () => {
    stage = await startStage()
    folder = await temporaryDirectory('developers')
    symlinkSync(modules, join(folder.path, 'node_modules'))
    const client = await stage.command<{ id: string; secret: string }>(
      ...['oauth2:client:add', '--name', 'Web', '--redirect', 'https://app.example.org/callback'],
      ...['--owner', 'Demo', '--homepage', 'https://demo.example'],
    )
    secret = client.secret
    // The numbers that the page has.
    expect([stage.clientId, client.id]).to.deep.equal(['1', '2'])
  })
  after(async () => {
    folder.remove()
    await stage.stop()
  })

  const liveGrants = async (): Promise<number> => {
    const rows = await stage.database.knex('oauth2_refresh_tokens').where({ revoked: 0 })
    return rows.length
  }

  /** A person logs in and allows; where the browser is sent then. */
  const allow = async (url: string): Promise<string> => {
    const visitor = createVisitor(stage.url)
    const login = await visitor.get(url)
    const consent = await visitor.submit(login, 'Login', { loginname: users.autor.username, password: demoPassword })
    // A web application that was allowed before is not asked about again.
    const { leftFor } = consent.leftFor === undefined ? await visitor.submit(consent, 'allow') : consent
    if (leftFor === undefined) throw new Error(`no consent: ${consent.url}`)
    return leftFor
  }

  /** Runs it; what a person does happens when it prints an address. Everything that it printed. */
  const run = async (command: string, program: string): Promise<string> => {
    const file = join(folder.path, program)
    writeFileSync(file, programAt(program, stage.url))
    const child = spawn(command, [file], {
      cwd: folder.path,
      stdio: ['pipe', 'pipe', 'pipe'],
      // oauthlib wants https unless it is told.
      env: { ...process.env, STUDIP_CLIENT_SECRET: secret, OAUTHLIB_INSECURE_TRANSPORT: '1' },
    })
    let [printed, errors] = ['', '']
    let asked = false
    child.stderr.on('data', (part: Buffer) => (errors += part.toString()))
    child.stdout.on('data', (part: Buffer) => {
      printed += part.toString()
      const url = /^Open in a browser: (\S+)\n/m.exec(printed)?.[1]
      if (url === undefined || asked) return
      asked = true
      void allow(url).then(
        (answer) => {
          // Who listens is called by the browser, who does not is told.
          if (/^http:\/\/127\.0\.0\.1:/.test(answer)) void fetch(answer).then((response) => response.text())
          else child.stdin.end(`${answer}\n`)
        },
        (error: Error) => {
          errors += error.message
          child.kill()
        },
      )
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, errors }).to.deep.equal({ code: 0, errors: '' })
    return printed
  }

  for (const [command, program] of [
    ['bash', 'curl'],
    [process.execPath, 'openid-client.mjs'],
    ['/usr/bin/python3', 'web_application.py'],
    ['/usr/bin/python3', 'desktop.py'],
    ['php', 'client.php'],
  ] as const)
    it(`P1 ${program} connects, asks who it is, refreshes and revokes`, async () => {
      const printed = await run(command, program)
      expect(printed).to.include(users.autor.user_id)
      const issued = (await stage.database.knex('oauth2_refresh_tokens')).length
      expect(issued).to.be.greaterThanOrEqual(2)
      expect(await liveGrants()).to.equal(0)
    })

  it('P1 curl shows what went wrong, and leaves a terminal open', async () => {
    const file = join(folder.path, 'mistaken')
    writeFileSync(file, `${programAt('curl', stage.url)}\necho still here`)
    const running = promisify(execFile)('bash', [file])
    running.child.stdin?.end('http://127.0.0.1/callback?code=x&state=of-another\n')
    const { stdout, stderr } = await running
    expect(stderr).to.equal('This is not the answer to my request\n')
    expect(stdout)
      .to.include('Check the code parameter')
      .and.match(/still here\n$/)
  })

  it('P1 oauth4webapi.js does so in a browser', async () => {
    const files: Record<string, [string, string]> = {
      '/studip.js': ['text/javascript', programAt('oauth4webapi.js', stage.url)],
      '/oauth4webapi.js': ['text/javascript', readFileSync(join(modules, 'oauth4webapi/build/index.js'), 'utf8')],
    }
    const html = `<!DOCTYPE html><script type="importmap">{"imports":{"oauth4webapi":"/oauth4webapi.js"}}</script>
      <script type="module">window.app = await import('/studip.js')</script>`
    const server = createServer((request, response) => {
      const [type, body] = files[request.url ?? ''] ?? ['text/html', html]
      response.setHeader('Content-Type', type).end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.goto(`${origin}/`)
      await page.waitForFunction('window.app')
      await page.evaluate('void window.app.connect()')
      await page.fill('[name=loginname]', users.autor.username)
      await page.fill('[name=password]', demoPassword)
      await page.click('[name=Login]')
      await page.click('[name=allow]')
      await page.waitForURL(`${origin}/callback?*`)
      await page.waitForFunction('window.app')
      await page.evaluate('window.app.redeem().then((tokens) => { window.tokens = tokens })')
      expect(page.url()).to.equal(`${origin}/`)
      const scope = await page.evaluate(
        'window.app.refresh(window.tokens).then((fresh) => (window.tokens = fresh).scope)',
      )
      expect([scope, await liveGrants()]).to.deep.equal(['api', 1])
      await page.evaluate('window.app.disconnect(window.tokens)')
      expect(await liveGrants()).to.equal(0)
    } finally {
      await browser.close()
      server.closeAllConnections()
      server.close()
    }
  })

  it('P1 every block is run here, or its section says that it is not', () => {
    expect(blocks.length).to.be.greaterThan(8)
    const silent = blocks.filter(({ program, section }) => program === undefined && !/^Not run here/m.test(section))
    expect(silent.map(({ code }) => code)).to.be.empty
    // And what says so is right.
    expect(blocks.filter(({ program, section }) => program !== undefined && /^Not run here/m.test(section))).to.be.empty
  })
})
