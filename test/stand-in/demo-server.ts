// What both applications of bin/demo are made of: a small server whose every answer is a page or a redirect.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface DemoServer {
  /** Where people begin, with a slash at the end. */
  readonly url: string
  stop(): Promise<void>
}

/** Answers a path with a page, or with an address to go to. `url` is the whole address that was asked for. */
export type Act = (path: string, url: string) => Promise<string | URL>

export const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)

export const htmlPage = (title: string, body: string): string =>
  `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head><body>
<h1>${title}</h1>
${body}</body></html>`

/** Serves it on a free loopback port. */
export async function startDemoServer(act: Act): Promise<DemoServer> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    act(url.pathname, url.href)
      .then((result) => {
        if (result instanceof URL) response.writeHead(302, { location: result.href }).end()
        else
          response
            .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
            .end(result)
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
