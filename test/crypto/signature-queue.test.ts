// So many signatures at once, in their order, and word when none waits.
import { expect } from 'chai'
import { createSignatureQueue } from '../../src/crypto/signature-queue.ts'

const pause = () => new Promise((resolve) => setImmediate(resolve))

describe('the queue of signatures', () => {
  it('makes as many at once as it was told, in the order in which they came', async () => {
    const queue = createSignatureQueue(2)
    const begun: number[] = []
    let underWay = 0
    let most = 0
    const answers = await Promise.all(
      [0, 1, 2, 3, 4].map((index) =>
        queue.add(async () => {
          begun.push(index)
          most = Math.max(most, ++underWay)
          await pause()
          underWay -= 1
          return index
        }),
      ),
    )
    expect(answers).to.deep.equal([0, 1, 2, 3, 4])
    expect(begun).to.deep.equal([0, 1, 2, 3, 4])
    expect(most).to.equal(2)
    expect(queue.length()).to.equal(0)
  })

  it('is running dry until one waits for a thread, and again as soon as none does', async () => {
    const queue = createSignatureQueue(2)
    const done: (() => void)[] = []
    const sign = () =>
      void queue.add(
        () =>
          new Promise<void>((resolve) => {
            done.push(resolve)
          }),
      )
    let dry = 0
    const listen = () =>
      void queue.runningDry().then(() => {
        dry += 1
      })
    sign()
    sign()
    listen()
    await pause()
    expect(dry, 'none waits').to.equal(1)
    sign()
    sign()
    listen()
    await pause()
    expect([queue.length(), dry]).to.deep.equal([4, 1])
    done[0]?.()
    await pause()
    expect([queue.length(), dry]).to.deep.equal([3, 1])
    done[1]?.()
    await pause()
    expect([queue.length(), dry]).to.deep.equal([2, 2])
  })

  it('counts a signature that failed as over', async () => {
    const queue = createSignatureQueue(1)
    const failing = Array.from({ length: 4 }, () => queue.add(() => Promise.reject(new Error('no key'))))
    const dry = queue.runningDry()
    expect((await Promise.allSettled(failing)).every(({ status }) => status === 'rejected')).to.equal(true)
    await dry
    expect(queue.length()).to.equal(0)
  })
})
