// In which order expensive work is done, and who is refused (S-116).
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'
import { createFairQueue } from '../../src/crypto/fair-queue.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import { networkOf, siteOf } from '../../src/oauth/network.ts'
import type { Asker } from '../../src/oauth/ports.ts'
import { alwaysThere, RecipientLeft } from '../../src/oauth/recipient.ts'

/** Work that is done when told, and the order in which it began. */
const workbench = () => {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const work = (name: string) => () => {
    begun.push(name)
    return new Promise<string>((resolve) => ends.push(() => resolve(name)))
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const finishAll = async () => {
    for (let end = ends.shift(); end; end = ends.shift()) {
      end()
      await turn()
    }
  }
  return { begun, work, finishAll }
}
const asker = (network: string, more: Partial<Asker> = {}): Asker => ({
  network,
  isSuspect: () => false,
  recipient: alwaysThere,
  ...more,
})
const outcomeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof OAuthError ? error.code : (error as Error).name),
  )

describe('fair queue', () => {
  it('A7 networks take turns, so that nobody waits for the whole line of another', async () => {
    const { begun, work, finishAll } = workbench()
    const queue = createFairQueue({ atOnce: 1, places: 100, suspectPlaces: 4 })
    const all = [
      ...Array.from({ length: 50 }, (_, i) => queue.run(`many ${i}`, asker('many'), work('many'))),
      queue.run('one', asker('one'), work('one')),
    ]
    await finishAll()
    await Promise.all(all)
    expect(begun.indexOf('one')).to.be.at.most(2)
  })

  it('A7 S-116 the 65,536 networks of one /48 take turns with others as one', async () => {
    const { begun, work, finishAll } = workbench()
    const queue = createFairQueue({ atOnce: 1, places: 20, suspectPlaces: 4 })
    const networkOfPlace = (index: number) => networkOf(`2001:db8:1:${index.toString(16)}::1`)
    const run = (name: string, network: string, index = 0) =>
      outcomeOf(queue.run(`${name} ${index}`, asker(network), work(name)))
    const many = Array.from({ length: 50 }, (_, index) => run('many', networkOfPlace(index), index))
    // No place is left, and those who take all of them make room.
    const others = ['192.0.2.1', '2001:db8:2::1', '2001:db8:2:1::1'].map((address, index) =>
      run('other', networkOf(address), index),
    )
    // So does the neighbour who sends more than one.
    const loud = Array.from({ length: 5 }, (_, index) => run('loud', networkOfPlace(99), index))
    await finishAll()
    expect(await Promise.all(others)).to.deep.equal(['done', 'done', 'done'])
    expect((await Promise.all(many)).filter((outcome) => outcome === 'done')).to.have.length.within(17, 18)
    expect((await Promise.all(loud)).filter((outcome) => outcome === 'done')).to.have.length.below(2)
    // The first began before anybody else was there; then everybody has a turn.
    expect(begun.slice(0, 6).filter((name) => name === 'other')).to.have.length(3)
  })

  it('A7 who has not failed goes first, and who has failed is served when nobody else waits', async () => {
    const { begun, work, finishAll } = workbench()
    const queue = createFairQueue({ atOnce: 1, places: 100, suspectPlaces: 4 })
    const suspect = (id: string) => queue.run(id, asker('nat', { isSuspect: () => true }), work('suspect'))
    const all = [suspect('a'), suspect('b'), suspect('c')]
    all.push(...Array.from({ length: 5 }, (_, i) => queue.run(`good ${i}`, asker('nat'), work('good'))))
    await finishAll()
    expect(await Promise.all(all)).to.have.length(8)
    expect(begun).to.deep.equal(['suspect', ...Array<string>(5).fill('good'), 'suspect', 'suspect'])
  })

  it('A7 suspects of one network have few places, and who fails while waiting loses the others', async () => {
    const { work, finishAll } = workbench()
    let failed = false
    const queue = createFairQueue({ atOnce: 1, places: 100, suspectPlaces: 4 })
    const all = Array.from({ length: 20 }, (_, i) =>
      outcomeOf(queue.run(`junk ${i}`, asker('nat', { isSuspect: () => failed }), work('junk'))),
    )
    failed = true
    const late = outcomeOf(queue.run('late', asker('other'), work('late')))
    await finishAll()
    const outcomes = await Promise.all(all)
    expect(outcomes.filter((outcome) => outcome === 'done').length).to.be.within(5, 6)
    expect(outcomes.filter((outcome) => outcome === 'slow_down').length).to.be.within(14, 15)
    expect(await late).to.equal('done')
  })

  it('A7 a full queue makes room at the cost of suspects, then of the longest line', async () => {
    const { work, finishAll } = workbench()
    const queue = createFairQueue({ atOnce: 1, places: 10, suspectPlaces: 8 })
    const run = (network: string, count: number, more: Partial<Asker> = {}) =>
      Array.from({ length: count }, (_, i) =>
        outcomeOf(queue.run(`${network} ${i}`, asker(network, more), work(network))),
      )
    const [many, suspects] = [run('many', 7), run('suspects', 4, { isSuspect: () => true })]
    const [few, own] = [run('few', 5), run('many again', 1)]
    expect(queue.waiting()).to.equal(10)
    await finishAll()
    expect((await Promise.all(suspects)).every((outcome) => outcome === 'temporarily_unavailable')).to.equal(true)
    expect((await Promise.all(many)).filter((outcome) => outcome === 'done').length).to.be.at.least(4)
    expect((await Promise.all(few)).filter((outcome) => outcome === 'done').length).to.be.at.least(3)
    expect(await Promise.all(own)).to.deep.equal(['done'])
  })

  it('A7 five thousand senders behind one address with one mistake in twenty are all served', async () => {
    const queue = createFairQueue({ atOnce: 1, places: 256, suspectPlaces: 16 })
    let balance = 0
    let worked = 0
    const one = async (i: number): Promise<boolean> => {
      const isJunk = i % 20 === 7
      await queue.run(`salt ${i}`, asker('campus', { isSuspect: () => balance >= 30 }), async () => {
        worked += 1
        await Promise.resolve()
      })
      balance = Math.max(0, balance + (isJunk ? 1 : -1))
      return true
    }
    let next = 0
    const served: boolean[] = []
    await Promise.all(
      Array.from({ length: 200 }, async () => {
        for (let i = next++; i < 5_000; i = next++) served.push(await one(i))
      }),
    )
    expect([served.length, worked]).to.deep.equal([5_000, 5_000])
  })

  it('S-113 nothing is begun for who left, unless somebody else asks for the same', async () => {
    const { begun, work, finishAll } = workbench()
    const queue = createFairQueue({ atOnce: 1, places: 10, suspectPlaces: 4 })
    const left = asker('x', { recipient: { ...alwaysThere, hasLeft: () => true } })
    const first = queue.run('first', asker('x'), work('first'))
    const [alone, shared, stays] = [
      queue.run('alone', left, work('alone')),
      queue.run('shared', left, work('shared')),
      queue.run('shared', asker('y'), work('shared')),
    ].map(outcomeOf)
    await finishAll()
    await first
    expect(await Promise.all([alone, shared, stays])).to.deep.equal([RecipientLeft.name, 'done', 'done'])
    expect(begun).to.deep.equal(['first', 'shared'])
  })

  it('A7 who waits for long hears it in time, wherever it stands, and others are served', async () => {
    const { begun, work, finishAll } = workbench()
    const queue = createFairQueue({ atOnce: 1, places: 10, suspectPlaces: 4 })
    let now = 0
    const since = (came: number, more: Partial<Asker> = {}) =>
      asker('x', { recipient: { ...alwaysThere, waited: () => now - came }, ...more })
    const [begins, old, suspect, young] = [
      queue.run('begins', since(0), work('begins')),
      queue.run('old', since(0), work('old')),
      queue.run('suspect', since(0, { network: 'y', isSuspect: () => true }), work('suspect')),
      queue.run('young', since(5_000), work('young')),
    ].map(outcomeOf)
    now = bounds.waitingTime.most + 1
    const late = outcomeOf(queue.run('late', since(0), work('late')))
    await finishAll()
    expect(await Promise.all([begins, old, suspect, young, late])).to.deep.equal([
      'done',
      'temporarily_unavailable',
      'temporarily_unavailable',
      'done',
      'temporarily_unavailable',
    ])
    expect(begun).to.deep.equal(['begins', 'young'])
    expect(queue.waiting()).to.equal(0)
  })
})

describe('network of an address', () => {
  for (const [address, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ] as const)
    it(`S-116 ${address || 'none'} counts as ${network || 'none'}`, () => {
      expect(networkOf(address)).to.equal(network)
    })
  for (const [address, site] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:0db8:0001:0002:ffff::', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8:0::/48'],
    ['', ''],
  ] as const)
    it(`S-116 ${address || 'none'} is in ${site || 'none'}, and so is its network`, () => {
      expect([siteOf(address), siteOf(networkOf(address))]).to.deep.equal([site, site])
    })
})
