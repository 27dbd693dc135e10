// multipart/form-data at the endpoints that clients call (contract §9.4): as PHP reads it, and bounded like any form.
import { expect } from 'chai'
import { execFile } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { bounds } from '../../src/bounds.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import { parseMultipart } from '../../src/oauth/multipart-form.ts'
import {
  addClient,
  credentialsOf,
  redirectUri,
  testApp,
  type TestApp,
  type TestClient,
  type Tokens,
} from '../support/app.ts'
import { issueCode, issueTokens } from '../support/issuing.ts'

const run = promisify(execFile)
const type = 'multipart/form-data; boundary=x'
const part = (name: string, value: string, more = '') =>
  `--x\r\nContent-Disposition: form-data; name=${name}${more}\r\n\r\n${value}\r\n`

describe('multipart/form-data', () => {
  const read = (text: string, contentType = type) => ({ ...parseMultipart(text, contentType) })

  it('B6 S-041 is read whatever the library puts around names and values', () => {
    const values = ['', 'a b', 'a+b%20c', 'ü 😀', '"', '\r\n', ' --x', 'a\r\n-x', 'a=b&c=d']
    for (const value of values)
      for (const name of ['"code"', 'code'])
        expect(read(`${part(name, value)}--x--\r\n`), value).to.deep.equal({ code: [value] })
    const odd = [
      `preamble\r\n${part('code', '1')}--x--`,
      `${part('code', '1')}--x--\r\nepilogue--x`,
      `--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=code\r\n\r\n1\r\n--x--`,
      `--x\r\nCONTENT-DISPOSITION:form-data;name="code"\r\nContent-Length: 1\r\n\r\n1\r\n--x--`,
      `${part('other', '2')}${part('code', '1')}--x\r\n\r\nnameless\r\n--x--`,
      `${part('code', 'file', '; filename="code"')}${part('code', '1')}--x--`,
      `--x\r\nContent-Disposition: attachment; name=code\r\n\r\n2\r\n${part('code', '1')}--x--`,
    ]
    for (const text of odd) expect(read(text), text).to.deep.equal({ code: ['1'] })
    expect(read(`${part('code', '1')}${part('code', '2')}--x--`)).to.deep.equal({ code: ['1', '2'] })
    expect(
      read('--a b\r\nContent-Disposition: form-data; name=code\r\n\r\n1\r\n--a b--', `${type.slice(0, -1)}"a b"`),
    ).to.deep.equal({ code: ['1'] })
    expect(read('--x--')).to.deep.equal({})
  })

  it('S-041 S-100 what is no whole form, or too much, is refused', () => {
    const many = part('code', '1').repeat(bounds.parameters.most + 1)
    const refused: readonly (readonly [string, string])[] = [
      ['', type],
      [part('code', '1'), type],
      ['--x\r\nContent-Disposition: form-data; name=code\r\n--x--', type],
      [`${part('code', '1')}--x--`, 'multipart/form-data'],
      [`${part('code', '1')}--x--`, 'multipart/form-data; boundary='],
      [`${part('code', '1')}--x--`, 'multipart/form-data; boundary=y'],
      [`${part('code', '1')}--x--`, `multipart/form-data; boundary=${'x'.repeat(71)}`],
      [`${many}--x--`, type],
    ]
    for (const [text, contentType] of refused)
      expect(() => read(text, contentType), text.slice(0, 80))
        .to.throw(OAuthError)
        .with.property('code', 'invalid_request')
  })

  describe('at the endpoints', () => {
    let app: TestApp
    let client: TestClient
    before(async () => {
      app = await testApp()
      client = await addClient(app)
    })
    after(() => app.close())
    const url = (path: string) => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}${app.api(path)}`
    const redemption = async () => ({
      grant_type: 'authorization_code',
      ...credentialsOf(client),
      redirect_uri: redirectUri,
      code: (await issueCode(app, client)).text,
    })
    const byFetch = async (path: string, fields: Record<string, string>) => {
      const body = new FormData()
      for (const [name, value] of Object.entries(fields)) body.append(name, value)
      const answer = await fetch(url(path), { method: 'POST', body })
      return { status: answer.status, body: (await answer.json()) as Tokens & { error?: string; active?: boolean } }
    }
    const byPhp = async (path: string, fields: Record<string, string>) => {
      const script = `$c = curl_init($argv[1]); curl_setopt_array($c, [CURLOPT_POST => true, CURLOPT_RETURNTRANSFER => true,
        CURLOPT_POSTFIELDS => json_decode($argv[2], true)]); $b = curl_exec($c);
        echo json_encode(['status' => curl_getinfo($c, CURLINFO_HTTP_CODE), 'body' => json_decode($b)]);`
      const { stdout } = await run('php', ['-r', script, '--', url(path), JSON.stringify(fields)])
      return JSON.parse(stdout) as Awaited<ReturnType<typeof byFetch>>
    }

    for (const [sender, send] of Object.entries({ 'FormData of fetch': byFetch, 'an array for curl in PHP': byPhp }))
      it(`B6 C1 ${sender} goes on working after the switch: code, refresh, introspection, revocation`, async () => {
        const first = await send('token', await redemption())
        expect(first.status).to.equal(200)
        const { refresh_token } = first.body
        const second = await send('token', { grant_type: 'refresh_token', ...credentialsOf(client), refresh_token })
        expect(second.status).to.equal(200)
        const asked = { ...credentialsOf(client), token: second.body.access_token }
        expect((await send('introspect', asked)).body.active).to.equal(true)
        expect((await send('revoke', asked)).status).to.equal(200)
        expect((await send('introspect', asked)).body).to.deep.equal({ active: false })
      })

    it('S-041 a repeated parameter, a body that is cut off or too large, and other endpoints refuse as ever', async () => {
      const send = (path: string, body: string) => app.http.post(app.api(path)).set('Content-Type', type).send(body)
      const { refresh_token } = await issueTokens(app, client)
      const fields = { grant_type: 'refresh_token', ...credentialsOf(client), refresh_token }
      const parts = Object.entries(fields).map(([name, value]) => part(name, value))
      const text = parts.join('')
      for (const body of [`${text}${parts[0]}--x--`, text, `${text}--x`])
        expect((await send('token', body).expect(400)).body.error).to.equal('invalid_request')
      await send('token', `${text}${part('state', 'a'.repeat(bounds.clientForm.most))}--x--`).expect(413)
      expect((await send('token', `${text}--x--`).expect(200)).body).to.include({ scope: 'api' })
      for (const path of ['authorize', 'device', 'applications/revoke_all'])
        expect((await send(path, part('x', 'y') + '--x--')).status, path).to.be.oneOf([400, 403])
    })
  })
})
