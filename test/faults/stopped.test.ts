// The service stands still while many refresh, as a virtual machine does that is moved or saved; whoever is in front gives up
// meanwhile (STOP_SECONDS=33 for the length that nginx waits; a few seconds by default).
import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { addClient, testApp, type TestApp, type TestClient } from '../support/app.ts'
import { issueTokens } from '../support/issuing.ts'
import { logLines, startService, until, type RunningService } from '../server/service.ts'

const stopSeconds = Number(process.env['STOP_SECONDS'] ?? 6)
/** Seconds; much less than the stop, so that no grace window helps. */
const grace = 1
/** Of an app that is not in a hurry, on any machine. */
const patient = () => AbortSignal.timeout(300_000)
const apps = 40

describe('a service that stood still', () => {
  let app: TestApp
  let service: RunningService
  let client: TestClient
  before(async () => {
    app = await testApp()
    client = await addClient(app, { confidential: false })
    service = await startService(app.database, {
      REFRESH_GRACE: `${grace}`,
      LOG_LEVEL: 'debug',
      KEYS_PATH: app.deps.settings.keysPath,
    })
  })
  after(async () => {
    await service.process.stop()
    await app.close()
  })

  const processes = (): readonly string[] => {
    const { pid } = service.process
    const workers = execFileSync('pgrep', ['-P', `${pid}`])
      .toString()
      .trim()
      .split('\n')
    return [`${pid}`, ...workers]
  }
  const signal = (name: string): void => void execFileSync('kill', [`-${name}`, ...processes()])

  it('S-113 A4 disconnects nobody who only retried, and accuses nobody of a replay', async function () {
    this.timeout(600_000 + stopSeconds * 4000)
    let stopped = false
    let resumed = false
    let lost = 0
    // By the stop, not by how long an answer takes: what was sent before it has been read by then, however slow this machine is.
    const giveUp = new AbortController()
    const refreshOnce = async (
      token: string,
      signal: AbortSignal,
    ): Promise<{ status: number; next?: string; error?: string }> => {
      const answer = await fetch(`${service.api}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', client_id: client.id, refresh_token: token }),
        signal,
      })
      const { refresh_token: next, error } = (await answer.json()) as { refresh_token?: string; error?: string }
      return { status: answer.status, ...(next && { next }), ...(error && { error }) }
    }
    const connected = await Promise.all(Array.from({ length: apps }, () => issueTokens(app, client)))
    const one = async ({ refresh_token }: { refresh_token: string }): Promise<string> => {
      let token = refresh_token
      for (let use = 0; use < 15 && !resumed; use += 1) {
        const patience = giveUp.signal.aborted ? patient() : giveUp.signal
        const answer = await refreshOnce(token, patience).catch(() => undefined)
        if (answer?.next) token = answer.next
        else lost += 1
        // Fifteen in a hurry could be over before anybody reads the log; more would be slowed down (A14).
        await sleep(200)
      }
      await until(() => !stopped)
      await sleep((grace + 2) * 1000)
      for (let use = 0; use < 3; use += 1) {
        const answer = await refreshOnce(token, patient())
        expect([answer.status, answer.error]).to.deep.equal([200, undefined])
        token = answer.next ?? ''
      }
      return token
    }
    const working = Promise.all(connected.map(one))
    await until(() => logLines(service).filter(({ msg }) => msg === 'token.refreshed').length > apps / 2)
    signal('STOP')
    stopped = true
    await sleep((stopSeconds - 2) * 1000)
    giveUp.abort()
    await sleep(2000)
    signal('CONT')
    stopped = false
    resumed = true
    await working
    const count = (name: string) => logLines(service).filter(({ msg }) => msg === name).length
    expect(lost, 'answers that nobody waited for').to.be.greaterThan(0)
    expect(count('token.replayed')).to.equal(0)
    if (this.test)
      this.test.title += ` (${lost} answers not waited for, ${count('client left')} not begun or undone, ${count('token.taken-back')} of them undone)`
  })
})
