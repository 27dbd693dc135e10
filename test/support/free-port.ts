// Free loopback ports, so that several runs and a demo live side by side.
import { createServer, connect, type AddressInfo } from 'node:net'

/** A TCP port on 127.0.0.1 that was free a moment ago; who binds it later must be ready to try another one. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** True when something accepts connections there. */
export const answers = (port: number): Promise<boolean> => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1')
  socket.once('connect', () => { socket.destroy(); resolve(true) })
  socket.once('error', () => resolve(false))
})
