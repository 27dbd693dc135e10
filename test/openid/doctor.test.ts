// oauth2:doctor on Sign in with Stud.IP: key, discovery through the front, and the API's answer to an ID token.
import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Patient } from '../../src/doctor/check.ts'
import { roundTripCheck } from '../../src/doctor/round-trip.ts'
import { signInCheck } from '../../src/doctor/sign-in.ts'
import { issuer } from '../../src/settings.ts'
import { environmentOf, run } from '../cli/studip.ts'
import { freshKeys } from '../support/keys.ts'
import { openRelyingParty } from './relying-party.ts'

describe('oauth2:doctor, Sign in with Stud.IP', () => {
  it('S-133 is content behind the shipped nginx, says when it is off, and names another issuer, an API that takes ID tokens, and a faulty key', async () => {
    const rp = await openRelyingParty()
    const { deps, database } = rp.provider.app
    const examined = (more: Partial<Patient['settings']> = {}) =>
      signInCheck.run({
        settings: { ...deps.settings, ...more },
        db: database.knex,
        now: deps.now,
        t: Object.assign((key: string) => key, { keyFiles: (error: Error) => error.message }),
      } as unknown as Patient)
    expect(await examined()).to.deep.equal([{ level: 'ok', text: 'doctor.sign-in.ok' }])
    // A sign-in alone has no refresh token to try.
    const trip = { settings: deps.settings, t: (key: string) => key } as unknown as Patient
    expect(await roundTripCheck.run(trip)).to.deep.equal([{ level: 'ok', text: 'doctor.round-trip.ok' }])
    const keysPath = await freshKeys()
    expect(await examined({ keysPath })).to.deep.equal([{ level: 'ok', text: 'doctor.sign-in.off' }])
    const otherName = deps.settings.baseUrl.replace('127.0.0.1', 'localhost')
    expect(await examined({ baseUrl: otherName })).to.deep.equal([
      { level: 'fault', text: 'doctor.front.other-issuer' },
    ])
    // A site whose API lets in whoever brings anything.
    const credulous = createServer((request, response) => {
      const baseUrl = `http://${request.headers.host}/`
      response.end(JSON.stringify({ issuer: issuer({ baseUrl }) }))
    })
    await new Promise<void>((resolve) => credulous.listen(0, '127.0.0.1', resolve))
    const { port } = credulous.address() as AddressInfo
    expect(await examined({ baseUrl: `http://127.0.0.1:${port}/` })).to.deep.equal([
      { level: 'fault', text: 'doctor.sign-in.api' },
    ])
    credulous.close()
    await writeFile(`${keysPath}/oidc.key`, 'no key', { mode: 0o600 })
    const [finding] = await examined({ keysPath })
    expect(finding).to.include({ level: 'fault' })
    expect(finding?.text).to.include('oidc.key')
    await rp.stop()
  })

  it('says the same by bin/studip, in both languages, and counts a faulty key as a fault', async () => {
    const rp = await openRelyingParty()
    const { deps, database } = rp.provider.app
    const examine = async (keysPath: string, LANG: string) => {
      const env = await environmentOf(database, {
        BASE_URL: deps.settings.baseUrl,
        KEYS_PATH: keysPath,
        METRICS_LISTEN: 'off',
        LANG,
      })
      const { code, stdout } = await run(['oauth2:doctor', '--json'], { env })
      const { checks } = JSON.parse(stdout) as {
        checks: { check: string; findings: { level: string; text: string }[] }[]
      }
      const found = checks.find(({ check }) => check === 'sign-in')
      expect(found?.findings, stdout).to.have.length(1)
      return { code, ...found!.findings[0]! }
    }
    expect(await examine(deps.settings.keysPath, 'en_GB'))
      .to.include({ level: 'ok' })
      .and.property('text')
      .includes(rp.issuer)
    const keysPath = await freshKeys()
    await writeFile(`${keysPath}/oidc.key`, 'no key', { mode: 0o600 })
    const { code, level, text } = await examine(keysPath, 'de_DE')
    expect({ code, level }).to.deep.equal({ code: 1, level: 'fault' })
    expect(text).to.include(`${keysPath}/oidc.key ist nicht lesbar oder kein eigener RSA-Schlüssel`)
    await rp.stop()
  })
})
