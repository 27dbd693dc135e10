// security_token: of this session, this user and this form, or nothing (D7).
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { csrfToken, csrfTokenMatches } from '../../src/crypto/csrf.ts'

const key = randomBytes(32)
const binding = { sessionId: 'abc', userId: 'u1', form: 'clients/add' }

describe('security_token', () => {
  it('matches its own session, user and form', () => {
    const token = csrfToken(key, binding)
    expect(token).to.match(/^[A-Za-z0-9_-]{43}$/)
    expect(csrfTokenMatches(key, binding, token)).to.equal(true)
    expect(csrfToken(key, { ...binding }), 'on every instance').to.equal(token)
  })

  it('matches no other session, user, form or key, however the three are joined', () => {
    const token = csrfToken(key, binding)
    const others = [
      { ...binding, sessionId: 'abd' },
      { ...binding, userId: 'u2' },
      { ...binding, form: 'clients/delete' },
      { sessionId: 'ab', userId: 'cu1', form: 'clients/add' },
      { sessionId: 'abc","u1', userId: '', form: 'clients/add' },
    ]
    for (const other of others) expect(csrfTokenMatches(key, other, token), JSON.stringify(other)).to.equal(false)
    expect(csrfTokenMatches(randomBytes(32), binding, token)).to.equal(false)
  })

  it('refuses whatever else a form may bring', () => {
    const token = csrfToken(key, binding)
    for (const presented of [
      undefined,
      null,
      '',
      0,
      true,
      [token],
      { token },
      token.slice(1),
      `${token}=`,
      token.toLowerCase(),
      ` ${token}`,
    ]) {
      expect(csrfTokenMatches(key, binding, presented), JSON.stringify(presented)).to.equal(false)
    }
  })
})
