// What sealing and opening cost beside the signature: must be nothing (D4). The figures stand in the titles.
import { expect } from 'chai'
import { createCredentials } from '../../src/crypto/formats/of.ts'
import { createKeyRing } from '../../src/crypto/key-ring.ts'
import { leagueCiphertexts } from '../fixtures/league/golden.ts'
import { leastProcessorTime, times } from '../support/processor-time.ts'
import { keyFolder } from './key-folder.ts'

const now = () => 1_795_463_878
const refreshToken = {
  id: 'b'.repeat(80),
  accessTokenId: 'c'.repeat(80),
  clientId: '2',
  userId: '205f3efb7997a0fc9755da2b535038da',
  scopes: ['api'],
  expiresAt: now() + 3600,
}

describe('cost of a refresh token', () => {
  const credentials = createCredentials({ keys: createKeyRing({ dir: keyFolder().dir, now }), now })
  const accessToken = {
    id: 'c'.repeat(80),
    clientId: '2',
    userId: refreshToken.userId,
    scopes: ['api'],
    issuedAt: now(),
  }
  /** Milliseconds: 0.1, and on a slow machine an eighth of what the signature that is made anyway takes there. */
  let limit = 0
  before(async () => {
    await credentials.prepare()
    const sign = () => credentials.sealAccessToken({ ...accessToken, expiresAt: now() + 3600 })
    limit = Math.max(0.1, (await millisecondsEach(sign, 5)) / 8)
  })

  it('to seal is at most 0.1 ms', async function () {
    const each = await millisecondsEach(() => credentials.sealRefreshToken(refreshToken))
    this.test!.title += ` (${each.toFixed(3)} ms)`
    expect(each).to.be.at.most(limit)
  })

  it('to open, sealed by any instance this month, is at most 0.1 ms', async function () {
    const text = await credentials.sealRefreshToken(refreshToken)
    const each = await millisecondsEach(() => credentials.openRefreshToken(text))
    this.test!.title += ` (${each.toFixed(3)} ms)`
    expect(each).to.be.at.most(limit)
  })

  it('does not wait for foreign salts to be derived', async function () {
    const foreign = leagueCiphertexts.map(({ text }) => credentials.openRefreshToken(text))
    const text = await credentials.sealRefreshToken(refreshToken)
    const waiting = () => credentials.stats().derivedKeys.waiting
    const derivedMeanwhile: number[] = []
    while (waiting() > 0) {
      const before = waiting()
      await credentials.openRefreshToken(text)
      derivedMeanwhile.push(before - waiting())
      await new Promise(setImmediate)
    }
    await Promise.all(foreign)
    this.test!.title += ` (${derivedMeanwhile.length} opened meanwhile)`
    expect(derivedMeanwhile.length).to.be.greaterThan(100)
    expect(derivedMeanwhile.filter((count) => count > 1)).to.deep.equal([])
    expect(derivedMeanwhile.filter((count) => count === 0).length / derivedMeanwhile.length).to.be.greaterThan(0.5)
  })
})

/** Milliseconds of processors, the best of forty short rounds. */
const millisecondsEach = async (work: () => Promise<unknown>, count = 50): Promise<number> =>
  (await leastProcessorTime(times(count, work), 40)) / count
