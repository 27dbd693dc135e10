// Whoever holds many codes and refresh tokens of one user takes turns with themselves, not with everybody (A5, A14).
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'
import { users } from '../fixtures/users.ts'
import { addClient, redeem, refresh, testApp, type Tokens } from '../support/app.ts'
import { issueCode, issueTokens } from '../support/issuing.ts'

// Those who come before there is a crowd, and as many of the crowd.
const atOnce = 2 * bounds.presentedAtOnce.most

/** An application in which access tokens of this user are not signed before `release`. */
const withHeldSignatures = async (userId: string) => {
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  let begun = 0
  let reached: () => void = () => undefined
  const full = new Promise<void>((resolve) => (reached = resolve))
  const app = await testApp({
    replace: (deps) => ({
      ...deps,
      credentials: {
        ...deps.credentials,
        sealAccessToken: async (token, recipient) => {
          if (token.userId === userId) {
            begun += 1
            if (begun === atOnce) reached()
            await released
          }
          return deps.credentials.sealAccessToken(token, recipient)
        },
      },
    }),
  })
  return { app, release, full, begun: () => begun }
}

describe('codes and refresh tokens of one user and client', () => {
  it('A5 are looked at a few at a time; others, and other clients of the same user, go past them, and each gets its answer', async () => {
    const { app, release, full, begun } = await withHeldSignatures(users.autor.user_id)
    const client = await addClient(app, { confidential: false })
    const codes = await Promise.all(Array.from({ length: 12 }, () => issueCode(app, client)))
    const another = await issueTokens(app, client, { userId: users.dozent.user_id })
    const answers = Promise.all(codes.map(({ text }) => redeem(app, client, text)))
    await full
    for (let i = 0, { refresh_token: token } = another; i < 3; i += 1)
      token = ((await refresh(app, client, token).expect(200)).body as Tokens).refresh_token
    expect(begun()).to.equal(atOnce)
    // What comes for another client of this user is signed no later for all of those.
    const second = await addClient(app, { confidential: false })
    const elsewhere = redeem(app, second, (await issueCode(app, second)).text)
    const answer = elsewhere.then(({ status }) => status)
    while (begun() === atOnce) await new Promise((resolve) => setTimeout(resolve, 10))
    release()
    expect(await answer).to.equal(200)
    for (const { status } of await answers) expect(status).to.equal(200)
    await app.close()
  })

  it('A5 so are reading tokens at the gateway, each of which wants a signature of its own', async () => {
    const app = await testApp({ settings: { apiRead: true } })
    const client = await addClient(app, { confidential: false })
    const tokens: string[] = []
    for (let i = 0; i < 5 * atOnce; i += 1)
      tokens.push((await issueTokens(app, client, { scopes: ['api.read'] })).access_token)
    let most = 0
    let isOver = false
    const watch = () => {
      most = Math.max(most, app.deps.credentials.stats().signing)
      if (!isOver) setImmediate(watch)
    }
    watch()
    const answers = await Promise.all(
      tokens.map((token) =>
        app.http
          .get('/.studip-oauth2/api-read')
          .set({ Authorization: `Bearer ${token}`, 'X-Api-Method': 'GET', 'X-Api-Path': '/jsonapi.php/v1/users/me' }),
      ),
    )
    isOver = true
    expect(answers.map(({ status }) => status)).to.deep.equal(tokens.map(() => 204))
    expect(most).to.be.within(1, atOnce)
    await app.close()
  })
})
