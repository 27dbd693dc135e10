// oauth2:doctor on Sign in with Stud.IP: key, discovery through the front, and the API's answer to an ID token.
import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import type { Patient } from '../../src/doctor/check.ts'
import { signInCheck } from '../../src/doctor/sign-in.ts'
import { freshKeys } from '../support/keys.ts'
import { openRelyingParty } from './relying-party.ts'

describe('oauth2:doctor, Sign in with Stud.IP', () => {
  it('S-133 is content behind the shipped nginx, says when it is off, and names another issuer and a faulty key', async () => {
    const rp = await openRelyingParty()
    const { deps, database } = rp.provider.app
    const examined = (more: Partial<Patient['settings']> = {}) =>
      signInCheck.run({
        settings: { ...deps.settings, ...more },
        db: database.knex,
        now: deps.now,
        t: (key: string) => key,
      } as unknown as Patient)
    expect(await examined()).to.deep.equal([{ level: 'ok', text: 'doctor.sign-in.ok' }])
    const keysPath = await freshKeys()
    expect(await examined({ keysPath })).to.deep.equal([{ level: 'ok', text: 'doctor.sign-in.off' }])
    const otherName = deps.settings.baseUrl.replace('127.0.0.1', 'localhost')
    expect(await examined({ baseUrl: otherName })).to.deep.equal([
      { level: 'fault', text: 'doctor.front.other-issuer' },
    ])
    await writeFile(`${keysPath}/oidc.key`, 'no key')
    const [finding] = await examined({ keysPath })
    expect(finding).to.include({ level: 'fault' })
    expect(finding?.text).to.include('oidc.key')
    await rp.stop()
  })
})
