// The application of bin/demo that people connect: a page with a few links, everything in memory, for one person at a time.
import { connect, type Connection, type Tokens } from './connection.ts'
import { escape, htmlPage, startDemoServer, type DemoServer } from './demo-server.ts'

const page = (tokens: Tokens | undefined, message: string): string =>
  htmlPage(
    'Demo-App',
    `<p>${tokens ? 'Connected with Stud.IP.' : 'Not connected.'}</p>
<ul>${
      tokens
        ? '<li><a href="/me">Ask the JSON:API who I am</a></li><li><a href="/refresh">Refresh the tokens</a></li><li><a href="/disconnect">Revoke</a></li>'
        : '<li><a href="/connect">Connect with Stud.IP</a></li>'
    }</ul>
<pre>${escape(message)}</pre>`,
  )

/** Serves it on a free loopback port. */
export async function startDemoApp({
  issuer,
  clientId,
  studipUrl,
}: {
  issuer: string
  clientId: string
  studipUrl: string
}): Promise<DemoServer> {
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
  return startDemoServer(async (path, url) => {
    const result = await act(path, url).catch(
      (error: Error & { error?: string }) => `${error.error ?? ''} ${error.message}`,
    )
    return result instanceof URL ? result : page(tokens, result)
  })
}
