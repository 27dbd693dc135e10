// What it costs to find the session cookie among as many cookies as anybody may send (A2, A15).
import { expect } from 'chai'
import { parseCookie } from 'cookie'
import { sessionIdOf } from '../../src/studip/session-cookie.ts'
import { leastProcessorTime, times } from '../support/processor-time.ts'

const least = (work: () => unknown) => leastProcessorTime(times(20, work), 10)

describe('session cookie', () => {
  it('A2 A15 is found among a thousand others for little more than it takes to read them', async () => {
    const header = 'a=b;'.repeat(3_750)
    const reading = await least(() => parseCookie(header))
    for (const name of ['a=b', 'S.=b', 'Studip.Sessio=b', 'Studip.Session x=b', 'Seminar Session=b'])
      expect(await least(() => sessionIdOf(`${name};`.repeat(1_000), 'Studip_Session')), name).to.be.below(15 * reading)
  })

  it('A15 a name that PHP makes the same is found among them', () => {
    const sid = '0123456789abcdef'.repeat(2)
    const cookie = `Studip_Session=${sid}`
    for (const alias of [
      'Studip.Session',
      ' Studip Session',
      'Studip[Session',
      'Studip_Session[x]',
      'Studip%5fSession',
    ])
      for (const name of [alias, `${alias}\0`])
        expect(sessionIdOf(`${'a=b;'.repeat(500)}${name}=x; ${cookie}`, 'Studip_Session'), name).to.equal(undefined)
    for (const other of ['Studip.Session2', 'Studip.Sessio', 'xStudip.Session', 'studip.session', 'Studip-Session'])
      expect(sessionIdOf(`${'a=b;'.repeat(500)}${other}=x; ${cookie}`, 'Studip_Session'), other).to.equal(sid)
  })
})
