// Device requests of a client and network (RFC 8628 §5.3), counted by each process for itself.
import { bounds } from '../bounds.ts'
import { networkOf } from '../oauth/network.ts'
import { createTries } from './tries.ts'

const memory = 60

/** Seconds to wait; 0 counts the request. */
export const createDevicePace = () => {
  const tries = createTries(bounds.deviceRequests, memory)
  return (clientId: string, address: string): number => tries.charge(`${clientId}|${networkOf(address)}`)
}
