// Refreshes that need no signature: a sealed grant (D23) beside a signed one of the same process, and peers with opaque tokens.
import { opaquePeerNames, ourName, startPeer } from './contenders.ts'
import { publicClient } from './environment.ts'
import type { Environment } from './environment.ts'
import { issueRefreshTokens } from './issuing.ts'
import { startOurs } from './ours.ts'
import { measureRates } from './rates.ts'
import { atLeast, format, reported } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'

/** As many as a machine with many processors rotates in a minute without coming to one for the twentieth time (A14). */
const sealedGrants = 20_000
const signedName = `${ourName}, signed`

export const sealedRefresh = async (environment: Environment, scale: Scale): Promise<SectionResult> => {
  const signed = await startOurs(environment, 'rsa4096', { env: { API_READ: 'on' } })
  const tokens = await issueRefreshTokens(environment, {
    keys: 'rsa4096',
    clientId: publicClient,
    count: sealedGrants,
    scopes: ['api.read'],
  })
  const peers = []
  for (const name of opaquePeerNames) peers.push(await startPeer(environment, 'rsa4096', name, 'opaque'))
  const rates = await measureRates(
    [{ ...signed, tokens }, { ...signed, name: signedName, stop: () => Promise.resolve() }, ...peers],
    4096,
    scale,
  )
  const sealed = rates.perSecond[ourName] ?? NaN
  const ofSigned = rates.perSecond[signedName] ?? NaN
  const what = `Refresh of a sealed grant: ${format(sealed)}/s`
  return {
    data: rates,
    lines: [
      atLeast(
        `${what}, times a signed one of the same service (RSA-4096, ${format(ofSigned)}/s)`,
        5,
        sealed / ofSigned,
        ' ×',
      ),
      ...opaquePeerNames.map((name) =>
        reported(
          `${what}, times ${name}, with opaque tokens (${format(rates.perSecond[name] ?? NaN)}/s)`,
          `${format(sealed / (rates.perSecond[name] ?? NaN))} ×`,
        ),
      ),
    ],
  }
}
