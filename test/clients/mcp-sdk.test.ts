// The client of the MCP SDK in a real browser, unbundled: discovery from anywhere, code and refresh from where it was registered.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'
import { addClient, challenge, verifier } from '../support/app.ts'
import { launchChromium } from '../support/browser.ts'
import { startInstallation, wellKnown, type Installation } from './installation.ts'

const packages = join(import.meta.dirname, '../../node_modules')
const imports = {
  'zod/v4': '/zod/v4/index.js',
  'pkce-challenge': '/pkce-challenge/dist/index.browser.js',
  'mcp-auth': '/@modelcontextprotocol/sdk/dist/esm/client/auth.js',
}
const html = `<!DOCTYPE html><title>MCP</title><script type="importmap">${JSON.stringify({ imports })}</script>`

/** A web page that may import the SDK, on a free port of this machine. */
const servePage = async () => {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '', 'http://page').pathname)
    if (path === '/') return void response.writeHead(200, { 'Content-Type': 'text/html' }).end(html)
    readFile(join(packages, path)).then(
      (text) => response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(text),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}

/** What this test uses of the SDK, inside the page. */
interface Sdk {
  discoverAuthorizationServerMetadata(issuer: string): Promise<{ issuer: string } | undefined>
  exchangeAuthorization(issuer: string, request: object): Promise<{ refresh_token: string }>
  refreshAuthorization(issuer: string, request: object): Promise<{ access_token: string }>
}

describe('MCP SDK in Chromium', () => {
  let site: Installation
  let browser: Browser
  let page: Awaited<ReturnType<typeof servePage>>
  before(async () => {
    ;[site, browser, page] = await Promise.all([startInstallation(), launchChromium(), servePage()])
  })
  after(async () => {
    await browser.close()
    page.server.closeAllConnections()
    page.server.close()
    await site.stop()
  })

  const open = async (origin: string): Promise<{ tab: Page; asked: string[]; failed: string[] }> => {
    const tab = await browser.newPage()
    const [asked, failed]: string[][] = [[], []]
    tab.on('request', (request) => request.url().startsWith(origin) || asked?.push(request.url()))
    tab.on('requestfailed', (request) => failed?.push(request.url()))
    await tab.goto(`${origin}/`)
    return { tab, asked: asked ?? [], failed: failed ?? [] }
  }

  it('C3 an origin that nobody registered discovers the metadata at the first address it asks', async () => {
    const { tab, asked, failed } = await open(`http://localhost:${page.port}`)
    const metadata = await tab.evaluate(async (issuer) => {
      const name = 'mcp-auth'
      const sdk = (await import(name)) as Sdk
      return sdk.discoverAuthorizationServerMetadata(issuer)
    }, site.issuer)
    expect(metadata).to.include({ issuer: site.issuer, token_endpoint: `${site.issuer}/token` })
    expect([...new Set(asked)]).to.deep.equal([wellKnown(site.issuer)])
    expect(failed).to.deep.equal([])
    await tab.close()
  })

  it('C3 an app on loopback redeems and refreshes from any port, and can read why it may not', async () => {
    const client = await addClient(site.app, { confidential: false, redirectUris: ['http://127.0.0.1/cb'] })
    const origin = `http://127.0.0.1:${page.port}`
    const redirectUri = `${origin}/cb`
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      scope: 'api',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const code = (await site.allow(`${site.issuer}/authorize?${query.toString()}`)).searchParams.get('code')
    const { tab, failed } = await open(origin)
    const answer = await tab.evaluate(
      async ({ issuer, clientId, authorizationCode, codeVerifier, redirectUri: uri }) => {
        const name = 'mcp-auth'
        const sdk = (await import(name)) as Sdk
        const metadata = await sdk.discoverAuthorizationServerMetadata(issuer)
        const known = { metadata, clientInformation: { client_id: clientId } }
        const request = { ...known, authorizationCode, codeVerifier, redirectUri: uri }
        const first = await sdk.exchangeAuthorization(issuer, request)
        const second = await sdk.refreshAuthorization(issuer, { ...known, refreshToken: first.refresh_token })
        const fault = await sdk.exchangeAuthorization(issuer, request).then(
          () => 'none',
          (error: Error) => error.constructor.name,
        )
        return { token: second.access_token, fault }
      },
      { issuer: site.issuer, clientId: client.id, authorizationCode: code, codeVerifier: verifier, redirectUri },
    )
    expect(answer.token.split('.')).to.have.length(3)
    expect(answer.fault).to.equal('InvalidGrantError')
    expect(failed).to.deep.equal([])
    await tab.close()
  })
})
