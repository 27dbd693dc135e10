// One keep-alive HTTP/1.1 connection on a raw socket: one request at a time, no headers kept but where it leads.
import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface Answer {
  readonly status: number
  readonly body: string
  readonly location: string | undefined
}

const endOfHead = '\r\n\r\n'

/** The whole answer at the start of `bytes`, undefined while some of it is still on its way. */
const parse = (bytes: string): (Answer & { readonly close: boolean }) | undefined => {
  const head = bytes.indexOf(endOfHead)
  if (head < 0) return undefined
  const sent = bytes.slice(0, head)
  const headers = sent.toLowerCase()
  const body = bytes.slice(head + endOfHead.length)
  const length = /\r\ncontent-length: *(\d+)/.exec(headers)?.[1]
  const complete =
    length === undefined
      ? body.endsWith('0\r\n\r\n') || /^http\/1.1 (204|304)/.test(headers)
      : body.length >= Number(length)
  if (!complete) return undefined
  const location = /\r\nlocation: *(\S+)/i.exec(sent)?.[1]
  return { status: Number(bytes.slice(9, 12)), body, location, close: headers.includes('connection: close') }
}

/** Connects on first use, and again after the server has closed. */
export const connection = (port: number): { send(request: string): Promise<Answer>; close(): void } => {
  let socket: Socket | undefined
  let bytes = ''
  let settle: { resolve(answer: Answer): void; reject(error: Error): void } | undefined
  const fail = (error: Error) => {
    socket?.destroy()
    socket = undefined
    settle?.reject(error)
    settle = undefined
  }
  const open = (): Socket => {
    const opened = connect({ port, host: '127.0.0.1', noDelay: true })
    opened.setEncoding('latin1')
    opened.on('data', (chunk: string) => {
      bytes += chunk
      const answer = settle && parse(bytes)
      if (!answer) return
      bytes = ''
      if (answer.close) {
        opened.destroy()
        socket = undefined
      }
      const { resolve } = settle ?? {}
      settle = undefined
      resolve?.(answer)
    })
    opened.on('error', (error) => {
      if (socket === opened) fail(error)
    })
    opened.on('close', () => {
      if (socket === opened) fail(new Error('connection closed'))
    })
    return opened
  }
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        socket ??= open()
        bytes = ''
        settle = { resolve, reject }
        socket.write(request, 'latin1')
      }),
    close: () => {
      const opened = socket
      socket = undefined
      opened?.destroy()
    },
  }
}
