// Client secrets: what PHP accepts, what is remembered, and what a flood of wrong ones costs (D15).
import { expect } from 'chai'
import { createClientSecrets, hashClientSecret, newClientSecret } from '../../src/crypto/client-secret.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import { league } from '../fixtures/league/golden.ts'

const hash = league.clients['1']!.secret!
const secret = league.client_secret_1

describe('client secrets', () => {
  let now = 1_795_463_878
  const secrets = (options = {}) => createClientSecrets({ now: () => now, ...options })

  it('S-096 are 40 characters of [A-Za-z0-9], never the same', () => {
    const made = Array.from({ length: 200 }, newClientSecret)
    for (const one of made) expect(one).to.match(/^[A-Za-z0-9]{40}$/)
    expect(new Set(made).size).to.equal(200)
    expect(new Set(made.join('')).size).to.equal(62)
  })

  it('S-096 are hashed as bcrypt $2y$ with cost 10 and a salt of their own', async () => {
    const [one, two] = [await hashClientSecret(secret), await hashClientSecret(secret)]
    expect(one).to.match(/^\$2y\$10\$[./A-Za-z0-9]{53}$/)
    expect(one).to.not.equal(two)
    expect(await secrets().verify('1', secret, one)).to.equal(true)
    expect(await secrets().verify('1', `${secret}x`, one)).to.equal(false)
  })

  it('are verified against a hash that PHP made', async () => {
    expect(await secrets().verify('1', secret, hash)).to.equal(true)
    expect(await secrets().verify('1', secret.toLowerCase(), hash)).to.equal(false)
  })

  it('with a NUL, over 72 bytes or empty are refused before bcrypt, which would ignore the rest', async () => {
    for (const impossible of ['', `${secret}\0`, `${secret}\0x`, 'x'.repeat(73), 'ä'.repeat(37)]) {
      expect(await secrets().verify('1', impossible, hash)).to.equal(false)
      expect(
        await hashClientSecret(impossible).then(
          () => 'made',
          (error: unknown) => error,
        ),
      ).to.be.instanceOf(RangeError)
    }
    const longest = 'ä'.repeat(36)
    expect(await secrets().verify('1', longest, await hashClientSecret(longest))).to.equal(true)
  })

  it('are refused, not failed, when what is stored is no bcrypt hash', async () => {
    for (const stored of [
      '',
      'plain',
      secret,
      '$2y$10$short',
      '$argon2id$v=19$m=65536,t=4,p=1$x$y',
      '$2y$99$8YFXqmIJ/5g8hjIll65rYuHXxO6Y/.YHpUtKr8.OoeWxzK9hoNIJW',
    ]) {
      expect(await secrets().verify('1', secret, stored), stored).to.equal(false)
    }
  })

  it('are remembered for five minutes, for this client, this secret and this hash alone', async () => {
    const known = secrets()
    expect(known.recalls('1', secret, hash)).to.equal(false)
    await known.verify('1', secret, hash)
    expect(known.recalls('1', secret, hash)).to.equal(true)
    expect(known.stats().checked).to.equal(1)
    await known.verify('1', secret, hash)
    expect(known.stats().checked, 'remembered').to.equal(1)
    expect(known.recalls('2', secret, hash)).to.equal(false)
    expect(known.recalls('1', `${secret}x`, hash)).to.equal(false)
    expect(known.recalls('1', secret, await hashClientSecret(secret)), 'a renewed hash').to.equal(false)
    now += 299
    expect(await known.verify('1', secret, hash)).to.equal(true)
    expect(known.stats().checked, 'still remembered').to.equal(1)
    now += 1
    expect(await known.verify('1', secret, hash)).to.equal(true)
    expect(known.stats().checked, 'no longer remembered').to.equal(2)
    now += 3600
    expect(known.recalls('1', secret, hash), 'still right').to.equal(true)
    expect(secrets().recalls('1', secret, hash), 'by another process').to.equal(false)
  })

  it('are not remembered when wrong, and a wrong one does not make the right one forgotten', async () => {
    const known = secrets()
    expect(await known.verify('1', 'wrong', hash)).to.equal(false)
    expect(known.recalls('1', 'wrong', hash)).to.equal(false)
    expect(known.stats().remembered).to.equal(0)
    await known.verify('1', secret, hash)
    await known.verify('1', 'wrong', hash)
    expect(known.recalls('1', secret, hash)).to.equal(true)
  })

  it('are checked once when wrong: the same again costs nothing, a new hash is another matter', async () => {
    const known = secrets()
    for (let i = 0; i < 3; i += 1) expect(await known.verify('1', 'wrong', hash)).to.equal(false)
    expect(known.stats().checked).to.equal(1)
    expect(await known.verify('1', 'wrong', await hashClientSecret('wrong'))).to.equal(true)
  })

  it('are verified once for all who ask the same at once', async () => {
    const known = secrets()
    const answers = Array.from({ length: 50 }, () => known.verify('1', secret, hash))
    await Promise.resolve()
    expect(known.stats().waiting).to.be.at.most(1)
    expect(await Promise.all(answers)).to.deep.equal(Array.from({ length: 50 }, () => true))
  })

  it('in a flood of wrong ones wait outside the thread pool, and too many get temporarily_unavailable', async () => {
    const known = secrets({ maxWaiting: 4 })
    await known.verify('1', secret, hash)
    const flood = Promise.allSettled(Array.from({ length: 20 }, (_, i) => known.verify('1', `wrong ${i}`, hash)))
    expect(await known.verify('1', secret, hash), 'the right one passes meanwhile').to.equal(true)
    expect(known.stats().waiting, 'while the flood waits').to.be.greaterThan(0)
    const refused = (await flood).flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    )
    expect(refused.length).to.be.within(15, 16)
    for (const error of refused)
      expect(error).to.be.instanceOf(OAuthError).with.property('code', 'temporarily_unavailable')
    expect(await known.verify('1', 'wrong again', hash)).to.equal(false)
  })
})
