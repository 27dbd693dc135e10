// Dear questions, one of a kind at a time.
import { expect } from 'chai'
import { createOneAtATime } from '../src/one-at-a-time.ts'

describe('one question of a kind at a time', () => {
  const stage = () => {
    const asked: { key: string; answer: (text: string) => void; fail: (error: Error) => void }[] = []
    const oneAtATime = createOneAtATime<string>()
    const ask = (key: string) =>
      oneAtATime(key, () => new Promise((answer, fail) => void asked.push({ key, answer, fail })))
    return { asked, ask }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('A5 who comes meanwhile shares the next one, which begins after he asked', async () => {
    const { asked, ask } = stage()
    const first = ask('a')
    const crowd = Array.from({ length: 20 }, () => ask('a'))
    await turn()
    expect(asked).to.have.length(1)
    asked[0]!.answer('old')
    expect(await first).to.equal('old')
    await turn()
    expect(asked).to.have.length(2)
    const late = ask('a')
    asked[1]!.answer('new')
    expect(new Set(await Promise.all(crowd))).to.deep.equal(new Set(['new']))
    await turn()
    asked[2]!.answer('newest')
    expect([await late, asked.length]).to.deep.equal(['newest', 3])
  })

  it('nobody waits for the question of another, and a failure is told to those who share it alone', async () => {
    const { asked, ask } = stage()
    const failing = ask('a').catch((error: Error) => error.message)
    const after = ask('a')
    const other = ask('b')
    asked[1]!.answer('of b')
    expect(await other).to.equal('of b')
    asked[0]!.fail(new Error('away'))
    expect(await failing).to.equal('away')
    await turn()
    asked[2]!.answer('back')
    expect(await after).to.equal('back')
    void ask('a')
    expect(asked, 'begins at once when nothing is under way').to.have.length(4)
  })
})
