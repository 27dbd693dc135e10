// oauth2:keys without its command: files that Stud.IP takes, whole or not at all (D13, D21).
import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { importSPKI, jwtVerify } from 'jose'
import { createCredentials } from '../../src/crypto/formats/of.ts'
import { readKeyFiles } from '../../src/crypto/key-files.ts'
import { generateKeyFiles } from '../../src/crypto/key-generation.ts'
import type { KeyGenerationOptions } from '../../src/crypto/key-generation.ts'
import { createKeyRing } from '../../src/crypto/key-ring.ts'
import { KeyFilesExistError } from '../../src/crypto/whole-files.ts'
import { SetupError } from '../../src/oauth/errors.ts'
import { emptyFolder, keyFolder } from './key-folder.ts'

const names = ['encryption_key.php', 'private.key', 'public.key']
const contents = (dir: string) =>
  Object.fromEntries(
    readdirSync(dir)
      .sort()
      .map((name) => [name, readFileSync(join(dir, name), 'utf8')]),
  )
const failure = (dir: string, options: KeyGenerationOptions = { bits: 2048 }) =>
  generateKeyFiles(dir, options).then(
    () => expect.fail('keys were made'),
    (error: unknown) => error as Error,
  )

// OpenSSL after 3.0 has code of its own for two primes of 2048 bits, on processors with AVX-512 IFMA.
const leastGain = (): number =>
  !process.versions.openssl.startsWith('3.0.') && readFileSync('/proc/cpuinfo', 'utf8').includes('avx512ifma')
    ? 1.1
    : 1.5

describe('key generation', () => {
  const umask = process.umask()
  afterEach(() => {
    process.umask(umask)
  })

  it('makes the three files as Stud.IP does, with mode 0660 whatever the umask', async () => {
    for (const mask of [0o077, 0o000]) {
      process.umask(mask)
      const dir = emptyFolder()
      const paths = await generateKeyFiles(dir, { bits: 2048 })
      expect(paths).to.deep.equal(['private.key', 'public.key', 'encryption_key.php'].map((name) => join(dir, name)))
      const files = contents(dir)
      expect(Object.keys(files), 'and leaves no drafts').to.deep.equal(names)
      expect(files['private.key']).to.match(/^-----BEGIN PRIVATE KEY-----\n/)
      expect(files['public.key']).to.match(/^-----BEGIN PUBLIC KEY-----\n/)
      expect(files['encryption_key.php']).to.match(/^<\?php return '[A-Za-z0-9]{48}';$/)
      for (const path of paths) expect((statSync(path).mode & 0o777).toString(8), path).to.equal('660')
      expect(await readKeyFiles(dir)).to.include({ bits: 2048 })
    }
  })

  it('makes 4096 bits unless told otherwise', async () => {
    const dir = emptyFolder()
    await generateKeyFiles(dir)
    expect((await readKeyFiles(dir)).bits).to.equal(4096)
  })

  it('S-062 overwrites nothing without force, whichever of the files is there', async () => {
    for (const name of names) {
      const dir = emptyFolder()
      writeFileSync(join(dir, name), 'precious')
      const error = await failure(dir)
      expect(error).to.be.instanceOf(KeyFilesExistError)
      expect((error as KeyFilesExistError).paths).to.deep.equal([join(dir, name)])
      expect(contents(dir)).to.deep.equal({ [name]: 'precious' })
    }
  })

  it('S-062 overwrites nothing that appears meanwhile: of two at once one wins, with a matching pair', async () => {
    const dir = emptyFolder()
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => generateKeyFiles(dir, { bits: 2048 })))
    expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected', 'rejected'])
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).to.be.instanceOf(KeyFilesExistError)
    expect(readdirSync(dir).sort()).to.deep.equal(names)
    await readKeyFiles(dir)
  })

  it('S-062 with force, shows no key file half-written or wider than 0660 at any moment', async () => {
    process.umask(0)
    const { dir } = keyFolder()
    for (const name of names) chmodSync(join(dir, name), 0o660)
    let looks = 0
    const seen = new Set<string>()
    const modes = new Set<string>()
    const look = () => {
      for (const name of readdirSync(dir)) {
        const mode = statSync(join(dir, name), { throwIfNoEntry: false })?.mode
        if (mode !== undefined) modes.add((mode & 0o777).toString(8))
      }
      names.forEach((name) => seen.add(`${name} ${readFileSync(join(dir, name), 'utf8')}`))
      looks += 1
    }
    let watching = true
    const watch = () => {
      if (watching) {
        look()
        setImmediate(watch)
      }
    }
    watch()
    for (let i = 0; i < 5; i += 1) await generateKeyFiles(dir, { bits: 2048, force: true })
    watching = false
    expect(looks).to.be.greaterThan(20)
    expect(
      [...modes].every((mode) => ['600', '660'].includes(mode)),
      [...modes].join(),
    ).to.equal(true)
    for (const text of seen) {
      expect(text).to.match(
        /^private\.key -+BEGIN PRIVATE KEY-[^]+-END PRIVATE KEY-+\n$|^public\.key -+BEGIN PUBLIC KEY-[^]+-END PUBLIC KEY-+\n$|^encryption_key\.php <\?php return '[A-Za-z0-9]{48}';$/,
      )
    }
  })

  it('replaces a link by a file, and does not write where it points', async () => {
    const { dir } = keyFolder()
    const elsewhere = join(emptyFolder(), 'elsewhere')
    writeFileSync(elsewhere, 'precious')
    rmSync(join(dir, 'private.key'))
    symlinkSync(elsewhere, join(dir, 'private.key'))
    await generateKeyFiles(dir, { bits: 2048, force: true })
    expect(readFileSync(elsewhere, 'utf8')).to.equal('precious')
  })

  it('says what to do when it cannot write', async () => {
    expect(await failure('/nonexistent/folder'))
      .to.be.instanceOf(SetupError)
      .with.property('message')
      .that.matches(/folder \/nonexistent\/folder does not exist/)
    const { dir } = keyFolder()
    rmSync(join(dir, 'public.key'))
    mkdirSync(join(dir, 'public.key'))
    expect(await failure(dir, { bits: 2048, force: true })).to.be.instanceOf(SetupError)
    expect(readdirSync(dir).sort(), 'no draft stays').to.deep.equal(names)
    expect(await failure('/proc/self'))
      .to.be.instanceOf(SetupError)
      .with.property('message')
      .that.matches(/\/proc\/self/)
  })

  describe('of four primes', () => {
    it('needs 4096 bits and the openssl command, and says so', async () => {
      expect(await failure(emptyFolder(), { bits: 3072, primes: 4 }))
        .to.be.instanceOf(SetupError)
        .with.property('message')
        .that.matches(/needs 4096 bits/)
      const path = process.env.PATH
      process.env.PATH = emptyFolder()
      const error = await failure(emptyFolder(), { primes: 4 }).finally(() => {
        process.env.PATH = path
      })
      expect(error)
        .to.be.instanceOf(SetupError)
        .with.property('message')
        .that.matches(/openssl command, which is not installed/)
    })

    it(`signs what anybody verifies, at least ${leastGain()} times as fast as two primes of the same size`, async function () {
      const [four, two] = [await signer({ primes: 4 }), await signer({ primes: 2 })]
      expect(createPrivateKey(four.privatePem).asymmetricKeyDetails).to.include({ modulusLength: 4096 })
      const info = execFileSync('openssl', ['rsa', '-text', '-noout'], {
        input: four.privatePem,
        stdio: ['pipe', 'pipe', 'ignore'],
      }).toString()
      expect(info)
        .to.match(/4 primes/)
        .and.match(/prime4:/)
      const jwt = await four.sign()
      expect((await jwtVerify(jwt, await importSPKI(four.publicPem, 'RS256'))).payload.jti).to.equal(token.id)
      // Alternating rounds, best of each: the machine has its moods.
      const best = { four: Infinity, two: Infinity }
      for (let round = 0; round < 5; round += 1) {
        best.four = Math.min(best.four, await millisecondsEach(four.sign))
        best.two = Math.min(best.two, await millisecondsEach(two.sign))
      }
      this.test!.title += ` (${best.four.toFixed(2)} against ${best.two.toFixed(2)} ms)`
      expect(best.two / best.four).to.be.greaterThan(leastGain())
    })
  })
})

const seconds = Math.floor(Date.now() / 1000)
const token = {
  id: 'c'.repeat(80),
  clientId: '2',
  userId: 'u1',
  scopes: ['api'],
  issuedAt: seconds,
  expiresAt: seconds + 3600,
}

const signer = async (options: KeyGenerationOptions) => {
  const dir = emptyFolder()
  await generateKeyFiles(dir, options)
  const credentials = createCredentials({ keys: createKeyRing({ dir, now: () => seconds }), now: () => seconds })
  return { ...(await readKeyFiles(dir)), sign: () => credentials.sealAccessToken(token) }
}

/** Of processors, threads included: what other work on the machine takes does not count. */
const millisecondsEach = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage()
  for (let i = 0; i < 10; i += 1) await work()
  return process.cpuUsage(before).user / 10_000
}
