// Server metadata (RFC 8414): what it says is so, and every address in it answers.
import { expect } from 'chai'
import { serverMetadata } from '../../src/oauth/metadata.ts'
import { resolveBaseUrl } from '../../src/config/addresses.ts'
import { addClient, approve, testApp, type TestApp } from '../support/app.ts'

interface Metadata extends Record<string, unknown> {
  readonly issuer: string
  readonly code_challenge_methods_supported: readonly string[]
}

describe('authorization server metadata', () => {
  for (const baseUrl of [
    'http://127.0.0.1/',
    'https://studip.example.org/studip/',
    'http://127.0.0.1/~uni/st%c3%bcd@ip/',
  ]) {
    describe(baseUrl, () => {
      let app: TestApp
      let metadata: Metadata
      before(async () => {
        app = await testApp({ settings: { baseUrl } })
        metadata = (
          await app.http
            .get(app.api('.well-known/oauth-authorization-server'))
            .expect(200)
            .expect('Content-Type', /^application\/json/)
        ).body as Metadata
      })
      after(() => app.close())

      it('S-072 the issuer is the prefix of our endpoints, without query or fragment', () => {
        expect(metadata.issuer).to.equal(`${baseUrl}dispatch.php/api/oauth2`)
        const url = new URL(metadata.issuer)
        expect(url.protocol === 'https:' || url.hostname === '127.0.0.1').to.be.true
        expect(metadata.issuer).to.not.match(/[?#]/)
        expect(metadata['authorization_response_iss_parameter_supported']).to.be.false
      })

      it('S-073 it lists what works and no more', () => {
        expect(metadata).to.deep.include({
          response_types_supported: ['code'],
          response_modes_supported: ['query'],
          grant_types_supported: [
            'authorization_code',
            'refresh_token',
            'urn:ietf:params:oauth:grant-type:device_code',
          ],
          scopes_supported: ['api'],
          code_challenge_methods_supported: ['S256', 'plain'],
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
          introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        })
      })

      it('C6 S-073 every URL in it answers, the key set as plain JSON too', async () => {
        const urls = Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name))
        expect(urls.map(([name]) => name)).to.have.members([
          'authorization_endpoint',
          'token_endpoint',
          'jwks_uri',
          'device_authorization_endpoint',
          'revocation_endpoint',
          'introspection_endpoint',
        ])
        for (const [name, url] of urls as [string, string][]) {
          expect(url.startsWith(`${metadata.issuer}/`)).to.be.true
          const path = new URL(url).pathname
          if (name === 'jwks_uri')
            await app.http
              .get(path)
              .expect(200)
              .expect('Content-Type', /^application\/json/)
          else if (name === 'authorization_endpoint') await app.http.get(path).expect(400)
          else
            expect((await app.http.post(path).type('form').send('x=y').expect(400)).body).to.include({
              error: 'invalid_request',
            })
        }
      })

      it('C1 S-020 S-072 with RESPONSE_ISS=always it says that answers name the issuer, and they name this one', async () => {
        const always = await testApp({ database: app.database, settings: { baseUrl, responseIss: 'always' } })
        const { body } = await always.http.get(always.api('.well-known/oauth-authorization-server')).expect(200)
        expect(body).to.deep.equal({ ...metadata, authorization_response_iss_parameter_supported: true })
        expect((await approve(always, await addClient(always))).searchParams.getAll('iss')).to.deep.equal([
          metadata.issuer,
        ])
        await always.close()
      })

      it('S-074 the address that RFC 8414 §3.1 builds from the issuer gives the same document', async () => {
        const { pathname } = new URL(metadata.issuer)
        expect(
          (await app.http.get(`/.well-known/oauth-authorization-server${pathname}`).expect(200)).body,
        ).to.deep.equal(metadata)
      })

      it('may be kept for a minute, and varies with the origin', async () => {
        const { headers } = await app.http.get(app.api('.well-known/oauth-authorization-server'))
        expect(headers).to.include({ 'cache-control': 'public, max-age=60', vary: 'Origin' })
      })
    })
  }

  it('S-073 plain is listed only while it is accepted', () => {
    const methodsWith = (pkcePlain: boolean) =>
      serverMetadata({ issuer: 'https://a.example', responseIss: 'openid', pkcePlain, scopes: [] })
        .code_challenge_methods_supported
    expect(methodsWith(false)).to.deep.equal(['S256'])
    expect(methodsWith(true)).to.deep.equal(['S256', 'plain'])
  })

  it('S-072 no base URL leads to an issuer with query, fragment or login, or of another scheme', () => {
    for (const text of [
      'https://a.example/?x',
      'https://a.example/#x',
      'https://u:p@a.example/',
      'ftp://a.example/',
      'a.example',
      'javascript:alert(1)',
    ]) {
      const faults: string[] = []
      const sources = { own: () => ({ text, source: 'BASE_URL' }), fault: (fault: string) => void faults.push(fault) }
      const { value } = resolveBaseUrl(sources as unknown as Parameters<typeof resolveBaseUrl>[0])
      expect(faults, text).to.have.length(1)
      expect(value).to.equal('http://localhost/')
    }
  })
})
