// The smallest FastCGI responder that shows what PHP-FPM would get: answers with its parameters and the body as JSON.
import { createServer } from 'node:net'

export interface FastCgiRequest {
  readonly parameters: Readonly<Record<string, string>>
  readonly body: string
}

const [beginRequest, endRequest, params, stdin, stdout] = [1, 3, 4, 5, 6]

const record = (type: number, id: number, content: Buffer): Buffer => {
  const head = Buffer.from([1, type, id >> 8, id & 255, content.length >> 8, content.length & 255, 0, 0])
  return Buffer.concat([head, content])
}

/** Name-value pairs: lengths of one byte, or of four with the highest bit set. */
function pairs(bytes: Buffer): Record<string, string> {
  const found: Record<string, string> = {}
  let at = 0
  const length = (): number => {
    const short = bytes[at] ?? 0
    if (short < 128) {
      at += 1
      return short
    }
    at += 4
    return bytes.readUInt32BE(at - 4) & 0x7fffffff
  }
  while (at < bytes.length) {
    const [name, value] = [length(), length()]
    found[bytes.toString('utf8', at, at + name)] = bytes.toString('utf8', at + name, at + name + value)
    at += name + value
  }
  return found
}

/** Listens on a unix socket; `stop` ends it. */
export async function startFastCgi(path: string): Promise<{ stop(): Promise<void> }> {
  const server = createServer((socket) => {
    let received = Buffer.alloc(0)
    const content: Record<number, Buffer[]> = { [params]: [], [stdin]: [] }
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 8) {
        const [type = 0, id, length, padding = 0] = [
          received[1],
          received.readUInt16BE(2),
          received.readUInt16BE(4),
          received[6],
        ]
        if (received.length < 8 + length + padding) return
        const body = received.subarray(8, 8 + length)
        received = received.subarray(8 + length + padding)
        if (type !== beginRequest) content[type]?.push(Buffer.from(body))
        if (type !== stdin || length > 0) continue
        const request: FastCgiRequest = {
          parameters: pairs(Buffer.concat(content[params] ?? [])),
          body: Buffer.concat(content[stdin] ?? []).toString(),
        }
        const answer = Buffer.from(`Content-Type: application/json\r\n\r\n${JSON.stringify(request)}`)
        socket.end(
          Buffer.concat([
            record(stdout, id, answer),
            record(stdout, id, Buffer.alloc(0)),
            record(endRequest, id, Buffer.alloc(8)),
          ]),
        )
      }
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  return { stop: () => new Promise((resolve) => server.close(() => resolve())) }
}
