// What a process knows of the time in which it answered nobody.
import { expect } from 'chai'
import { createStandstill } from '../src/standstill.ts'

describe('standstill', () => {
  let time = 1_800_000_000_000
  const pass = (seconds: number): void => void (time += seconds * 1000)
  const newStandstill = () => createStandstill(() => time)

  it('S-113 is what was lost between two looks, rounded up; none where somebody looked all the time', () => {
    const standstill = newStandstill()
    expect(standstill()).to.equal(0)
    pass(0.4)
    expect(standstill()).to.equal(0)
    pass(32.5)
    expect(standstill()).to.equal(33)
    pass(0.4)
    expect(standstill()).to.equal(33)
  })

  it('S-113 adds up, is forgotten a minute after the last, and never more than five minutes', () => {
    const standstill = newStandstill()
    pass(20)
    standstill()
    pass(10)
    expect(standstill()).to.equal(30)
    for (let second = 0; second < 61; second += 1) {
      pass(1)
      standstill()
    }
    expect(standstill()).to.equal(0)
    pass(86_400)
    expect(standstill()).to.equal(300)
  })

  it('a clock that goes back loses no time', () => {
    const standstill = newStandstill()
    pass(-3600)
    expect(standstill()).to.equal(0)
    pass(0.4)
    expect(standstill()).to.equal(0)
  })
})
