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

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>
  /** Another place than the URL's host: a unix socket. */
  readonly at?: Listen
  /** A form to POST; else it is a GET. */
  readonly form?: Readonly<Record<string, string>>
}

/** Rejects with the system's error; the certificate is checked. */
export const ask = (url: string, { headers = {}, at, form }: Asking = {}): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const body = form && new URLSearchParams(form).toString()
    const options = {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }) },
      timeout: patience,
      agent: false,
      ...(at && 'path' in at && { socketPath: at.path }),
    } as const
    const request = (url.startsWith('https:') ? https : http)(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (text.length > longestBody) response.destroy()
      })
      response
        .once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
        .once('error', reject)
    })
    request
      .once('timeout', () => request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
      .once('error', reject)
      .end(body)
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
