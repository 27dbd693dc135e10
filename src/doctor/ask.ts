// One request over HTTP, as the checks send it: short patience, redirects not followed, unix sockets too.
import { request as http, type IncomingMessage } from 'node:http'
import { request as https } from 'node:https'
import type { Listen } from '../settings.ts'

export interface Asked {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const patience = 5_000
const longestBody = 1_000_000

/** GET. Rejects with the system's error; the certificate is checked. */
export const ask = (url: string, headers: Readonly<Record<string, string>> = {}, at?: Listen): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const options = {
      headers,
      timeout: patience,
      agent: false,
      ...(at && 'path' in at && { socketPath: at.path }),
    } as const
    const request = (url.startsWith('https:') ? https : http)(url, options, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
        if (body.length > longestBody) response.destroy()
      })
      response
        .once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
        .once('error', reject)
    })
    request
      .once('timeout', () => request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
      .once('error', reject)
      .end()
  })

/** The body as JSON; undefined when it is none. */
export const jsonOf = ({ body }: Asked): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
