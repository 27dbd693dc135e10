// bin/demo --check says yes when the flow holds, and only then.
import { expect } from 'chai'
import { checkFlow } from './check.ts'
import { startStage } from './stage.ts'

describe('bin/demo --check', () => {
  it('walks through every step, below a path on 5.4, and notices when the service is gone', async () => {
    const stage = await startStage({ version: '5.4', base: '/studip/' })
    const steps: string[] = []
    try {
      await checkFlow(stage, '5.4', (what) => steps.push(what.trim()))
      expect(steps).to.include.members([
        'code is redeemed',
        'refresh',
        'revoke',
        'access token and refresh token are refused',
        'sign in with Stud.IP: login → consent → claims at the portal',
        'sign out: out of Stud.IP by a click, and back at the portal',
      ])
      await stage.stopSidecar()
      const fault = await checkFlow(stage, '5.4', () => undefined).then(
        () => 'held',
        (error: Error) => error.message,
      )
      expect(fault).to.include('client finds the endpoints by the issuer: ')
    } finally {
      await stage.stop()
    }
  })
})
