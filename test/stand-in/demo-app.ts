// The application of bin/demo that people connect: a page with a few links, everything in memory, for one person at a time.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type Connection, type Tokens } from './connection.ts'

export interface DemoApp {
  readonly url: string
  stop(): Promise<void>
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)

const page = (
  tokens: Tokens | undefined,
  message: string,
): string => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Demo-App</title></head><body>
<h1>Demo-App</h1>
<p>${tokens ? 'Connected with Stud.IP.' : 'Not connected.'}</p>
<ul>${
  tokens
    ? '<li><a href="/me">Ask the JSON:API who I am</a></li><li><a href="/refresh">Refresh the tokens</a></li><li><a href="/disconnect">Revoke</a></li>'
    : '<li><a href="/connect">Connect with Stud.IP</a></li>'
}</ul>
<pre>${escape(message)}</pre></body></html>`

/** Serves it on a free loopback port. */
export async function startDemoApp({
  issuer,
  clientId,
  studipUrl,
}: {
  issuer: string
  clientId: string
  studipUrl: string
}): Promise<DemoApp> {
  let [tokens, connection] = [undefined as Tokens | undefined, undefined as Connection | undefined]
  const act = async (path: string, url: string): Promise<string | URL> => {
    connection ??= await connect({ issuer, clientId, redirectUri: `${new URL(url).origin}/callback` })
    if (path === '/connect') return new URL(await connection.authorizationUrl())
    if (path === '/callback') tokens = await connection.redeem(url)
    if (!tokens) return ''
    if (path === '/me') {
      const answer = await fetch(`${studipUrl}jsonapi.php/v1/users/me`, {
        headers: { authorization: `Bearer ${tokens.access}` },
      })
      return `${answer.status}\n${await answer.text()}`
    }
    if (path === '/refresh') tokens = await connection.refresh(tokens.refresh)
    if (path === '/disconnect') {
      await connection.revoke(tokens.refresh)
      tokens = undefined
    }
    return path === '/' ? '' : `${path.slice(1)}: done`
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    act(url.pathname, url.href)
      .catch((error: Error & { error?: string }) => `${error.error ?? ''} ${error.message}`)
      .then((result) => {
        if (result instanceof URL) response.writeHead(302, { location: result.href }).end()
        else
          response
            .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
            .end(page(tokens, result))
      })
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
