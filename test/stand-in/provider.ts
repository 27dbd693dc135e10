// A provider of single sign-on, on another site than Stud.IP: one button, then back with a ticket, as a link or as a form.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RunningProvider {
  /** `localhost`, because for a browser that is another site than 127.0.0.1. */
  readonly url: string
  stop(): Promise<void>
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** The ticket is the name that is filled in. */
export async function startProvider(): Promise<RunningProvider> {
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost')
    const target = searchParams.get('return')
    if (target === null) return void response.writeHead(404).end()
    const to = new URL(target)
    const method = searchParams.get('by') === 'post' ? 'post' : 'get'
    // A form by GET replaces the query of its address: what is in it goes along as fields.
    const fields = method === 'get' ? [...to.searchParams].filter(([name]) => name !== 'ticket') : []
    const hidden = fields.map(
      ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
    )
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.end(
      `<!DOCTYPE html><title>Provider</title><form method="${method}" action="${escape(method === 'get' ? to.origin + to.pathname : to.href)}">${hidden.join('')}<input name="ticket"><button name="provide">Go</button></form>`,
    )
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
