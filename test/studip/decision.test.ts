// What the decision procedure says when its facts do not belong together: no (D6).
import { expect } from 'chai'
import { decide, type Facts, type UserFacts } from '../../src/studip/decision.ts'

const user: UserFacts = {
  id: 'a'.repeat(32),
  username: 'ada',
  fullName: 'Ada',
  perms: 'autor',
  locked: false,
  authPlugin: 'standard',
  visible: 'yes',
  expirationDate: 0,
  termsAccepted: '1',
  preferredLanguage: undefined,
  highContrast: undefined,
  secondFactor: undefined,
}
const facts: Facts = {
  version: { major: 6, minor: 0 },
  now: 1000,
  changed: 1000,
  sessionLifetime: 7200,
  user,
  session: {
    userId: user.id,
    confirmation: undefined,
    language: undefined,
    redirectAfterLogin: undefined,
    sessionStart: 900,
    highContrast: false,
  },
  rules: {
    maintenance: false,
    showTerms: true,
    termsAccepted: '0',
    visibilityCheck: true,
    dozentAlwaysVisible: true,
    secondFactorPerms: ['root'],
  },
}

describe('decision', () => {
  it('lets in whom all facts let in', () => expect(decide(facts)).to.equal('logged-in'))
  it('R1 S-106 a login whose first page 6.x has not shown yet lacks that, and nothing comes before it', () => {
    const session = { ...facts.session, sessionStart: undefined }
    expect(decide({ ...facts, session })).to.equal('fresh-login')
    expect(decide({ ...facts, session, changed: 1000 - 7201 })).to.equal('stale')
    expect(decide({ ...facts, session, user: { ...user, termsAccepted: '0' } })).to.equal('terms')
    expect(decide({ ...facts, session, version: { major: 5, minor: 4 } })).to.equal('logged-in')
  })
  it("S-104 rows of another user than the session names are nobody's", () => {
    expect(decide({ ...facts, user: { ...user, id: 'b'.repeat(32) } })).to.equal('anonymous')
    expect(decide({ ...facts, user: { ...user, id: user.id.toUpperCase() } })).to.equal('anonymous')
    expect(decide({ ...facts, session: { ...facts.session, userId: undefined } })).to.equal('anonymous')
    expect(decide({ ...facts, user: undefined })).to.equal('anonymous')
  })
  it('S-104 a level that Stud.IP does not have is none', () => {
    for (const perms of ['', 'ROOT', 'superuser'])
      expect(decide({ ...facts, user: { ...user, perms } })).to.equal('anonymous')
  })
  it('a store that forgets by itself knows no stale sessions', () =>
    expect(decide({ ...facts, changed: undefined, now: 10 ** 9 })).to.equal('logged-in'))
})
