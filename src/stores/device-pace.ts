// Device requests (RFC 8628 §5.3), counted by each process for itself: anybody may make one, and each leaves a row. Of IPv6
// networks somebody may have 65,536.
import { bounds } from '../bounds.ts'
import { networkOf, siteOf } from '../oauth/network.ts'
import { chargeAll, createTries } from './tries.ts'

const memory = 60

/** Seconds to wait; 0 counts the request. */
export const createDevicePace = () => {
  const [ofClient, ofSite, ofAll] = [
    createTries(bounds.deviceRequests, memory),
    createTries(bounds.deviceRequestsOfSite, memory),
    createTries(bounds.deviceRequestsOfAll, memory),
  ]
  return (clientId: string, address: string): number =>
    chargeAll([
      [ofClient, `${clientId}|${networkOf(address)}`],
      [ofSite, siteOf(address)],
      [ofAll, 'all'],
    ])
}
