// A lecture hall behind one address connects an app, through the shipped nginx, service and stand-in (A6, S-116).
import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../stand-in/connection.ts'
import { startStage, type Stage } from '../stand-in/stage.ts'
import { users } from '../fixtures/users.ts'
import { insertSession, sessionCookieName } from '../support/php-session-writer.ts'
import { createVisitor } from '../support/visitor.ts'
import { send } from './echo.ts'

const people = 300
const seconds = 15
/** More than are on their way at the same time where each is served at once. */
const atOnce = 40

describe('a campus behind one address', () => {
  let stage: Stage
  before(async () => {
    stage = await startStage()
  })
  after(() => stage.stop())

  const loggedIn = async (): Promise<string> =>
    `${sessionCookieName('6.0')}=${await insertSession(stage.database.knex, {
      version: '6.0',
      content: { uid: users.autor.user_id, sessionStart: 1 },
    })}`

  /** From a first visit without a cookie to the consent. Undefined, or what went wrong. */
  const connectOne = async (authorizationUrl: string, cookie: string): Promise<string | undefined> => {
    const visitor = createVisitor(stage.url)
    const login = await visitor.get(authorizationUrl)
    if (!login.html.includes('name="loginname"')) return `${login.status} instead of the login form`
    // What a login leaves in the browser; the stand-in's own would spend the processor on passwords.
    visitor.setCookie(stage.url, `${cookie}; Path=/`)
    const consent = await visitor.get(`${stage.issuer}/resume`)
    if (!consent.html.includes('name="allow"')) return `${consent.status} instead of the consent page`
    const done = await visitor.submit(consent, 'allow')
    return done.leftFor?.includes('code=') ? undefined : `${done.status} instead of a code`
  }

  for (const [who, cookieOf] of [
    ['a session of its own', loggedIn],
    ['no session', async () => undefined],
  ] as const) {
    it(`S-116 A6 ${people} people log in and consent within ${seconds} s while one with ${who} loops with eight connections`, async () => {
      const app = await connect({
        issuer: stage.issuer,
        clientId: stage.clientId,
        redirectUri: 'http://127.0.0.1:47110/callback',
      })
      const sessions: string[] = []
      for (let index = 0; index < people; index++) sessions.push(await loggedIn())
      const url = await app.authorizationUrl()
      const cookie = await cookieOf()
      let going = true
      const looped = Array.from({ length: 8 }, () => 0)
      const loop = async (_: number, connection: number): Promise<void> => {
        while (going) {
          const path = new URL(url).pathname + new URL(url).search
          await send(stage.nginx.port, path, { headers: cookie === undefined ? {} : { cookie } })
          looped[connection]! += 1
        }
      }
      const loops = looped.map(loop)
      const faults: (string | undefined)[] = []
      const underWay = new Set<Promise<unknown>>()
      for (const session of sessions) {
        // Each after the one before: a test that was held up would send many at once. And a machine that serves fewer in that
        // time is slow, not wrong: nobody comes while so many are on their way.
        await sleep((seconds * 1000) / people)
        while (underWay.size >= atOnce) await Promise.race(underWay)
        const one: Promise<unknown> = connectOne(url, session)
          .then((fault) => faults.push(fault))
          .finally(() => underWay.delete(one))
        underWay.add(one)
      }
      await Promise.all(underWay)
      going = false
      await Promise.all(loops)
      expect(faults.filter((fault) => fault !== undefined)).to.deep.equal([])
      // Each went round and round; how often is the machine's affair.
      expect(Math.min(...looped)).to.be.greaterThan(1)
    })
  }
})
