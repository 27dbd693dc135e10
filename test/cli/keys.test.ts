// oauth2:keys: files, modes, refusals, in both languages (contract §12, D13, D21).
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { watch } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { json, run } from './studip.ts'

describe('oauth2:keys', () => {
  let folder: string
  beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'keys-'))))
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const keys = (...args: string[]) => run(['oauth2:keys', '--bits', '2048', ...args], { env: { KEYS_PATH: folder } })
  const contents = async () =>
    Object.fromEntries(
      await Promise.all(
        (await readdir(folder)).map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const),
      ),
    )

  it('makes the three files that Stud.IP expects, for owner and group only', async () => {
    const { code, stdout, stderr } = await keys()
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
    expect(stdout).to.contain('[OK] The key files were created.')
    const files = await contents()
    expect(Object.keys(files)).to.have.members(['private.key', 'public.key', 'encryption_key.php'])
    expect(files['encryption_key.php']).to.match(/^<\?php return '[A-Za-z0-9]{48}';$/)
    expect(createPublicKey(createPrivateKey(files['private.key']!)).export({ type: 'spki', format: 'pem' })).to.equal(
      files['public.key'],
    )
    for (const name of Object.keys(files))
      expect(((await stat(path.join(folder, name))).mode & 0o777).toString(8), name).to.equal('660')
  })

  it('S-062 overwrites nothing without --force, in German as in Stud.IP', async () => {
    await keys()
    const before = await contents()
    const { code, stdout, stderr } = await run(['oauth2:keys'], { env: { KEYS_PATH: folder, LANG: 'de_DE.UTF-8' } })
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' })
    expect(stderr).to.match(/^\[FEHLER\] Schlüsseldateien liegen bereits vor.*--force/)
    expect(await contents()).to.deep.equal(before)
  })

  it('S-062 overwrites nothing without --force when only one of the files is there', async () => {
    await keys()
    await Promise.all(['private.key', 'public.key'].map((name) => rm(path.join(folder, name))))
    const before = await contents()
    const { code, stderr } = await keys()
    expect(code).to.equal(1)
    expect(stderr, 'O3').to.match(
      /private\.key, \S+public\.key is missing, but .*Restore it from the backup\. Only where there is none, --force/,
    )
    expect(await contents()).to.deep.equal(before)
  })

  it('S-062 shows no key file half-written or wider than 0660 while it replaces them', async () => {
    await keys()
    const faults: string[] = []
    const look = async () => {
      for (const name of ['private.key', 'public.key', 'encryption_key.php']) {
        const file = path.join(folder, name)
        const [{ mode }, text] = await Promise.all([stat(file), readFile(file, 'utf8')])
        if (mode & 0o007) faults.push(`${name} ${mode.toString(8)}`)
        if (!/(-----END (PRIVATE|PUBLIC) KEY-----\n|';)$/.test(text)) faults.push(`${name} half-written`)
      }
      for (const name of await readdir(folder)) {
        const mode = (await stat(path.join(folder, name)).catch(() => undefined))?.mode ?? 0
        if (mode & 0o007) faults.push(`${name} ${mode.toString(8)}`)
      }
    }
    let events = 0
    const watcher = watch(folder, () => void (events++, look().catch((error: Error) => faults.push(error.message))))
    const before = await contents()
    const { code, stdout } = await run(['oauth2:keys', '--bits', '2048', '--force'], {
      env: { KEYS_PATH: folder, LANG: 'de_DE' },
    })
    await look()
    watcher.close()
    expect({ code, faults }).to.deep.equal({ code: 0, faults: [] })
    expect(stdout).to.contain('[OK] Schlüsseldateien erfolgreich angelegt.')
    expect(events).to.be.greaterThan(0)
    expect((await contents())['private.key']).to.not.equal(before['private.key'])
  })

  it('makes a key of four primes whose public half looks like any other (D21)', async () => {
    const made = await json<{ files: string[]; primes: number; bits: number }>(['oauth2:keys', '--primes', '4'], {
      env: { KEYS_PATH: folder },
    })
    expect(made).to.deep.include({ primes: 4, bits: 4096 })
    expect(made.files).to.have.length(3)
    expect(
      createPublicKey(await readFile(path.join(folder, 'public.key'))).asymmetricKeyDetails?.modulusLength,
    ).to.equal(4096)
  })

  it('says that four primes need 4096 bits', async () => {
    const { code, stderr } = await keys('--primes', '4')
    expect(code).to.equal(2)
    expect(stderr).to.contain('4096')
    expect(await readdir(folder)).to.deep.equal([])
  })

  it('--oidc makes oidc.key beside them and changes none of them, once, of one size', async () => {
    await keys()
    const before = await contents()
    const oidc = (args: readonly string[], LANG = 'en_GB') =>
      run(['oauth2:keys', '--oidc', ...args], { env: { KEYS_PATH: folder, LANG } })
    for (const args of [
      ['--bits', '4096'],
      ['--primes', '2'],
    ]) {
      const { code, stderr } = await oidc(args)
      expect([code, stderr.includes('3072')], args.join(' ')).to.deep.equal([2, true])
    }
    const { code, stdout } = await oidc(['--json'])
    expect([code, JSON.parse(stdout)]).to.deep.equal([0, { files: [path.join(folder, 'oidc.key')] }])
    const { 'oidc.key': made, ...others } = await contents()
    expect(others).to.deep.equal(before)
    expect(createPrivateKey(made!).asymmetricKeyDetails?.modulusLength).to.equal(3072)
    expect((await stat(path.join(folder, 'oidc.key'))).mode & 0o777).to.equal(0o660)
    for (const language of ['en_GB', 'de_DE']) {
      const again = await oidc([], language)
      expect([again.code, again.stdout]).to.deep.equal([1, ''])
      expect(again.stderr).to.include('oidc.key').and.include('--force')
      expect(again.stderr, 'replacing this one ends nothing').to.match(
        language === 'de_DE' ? /endet kein Code und kein Token/ : /No code or token ends/,
      )
    }
    expect((await contents())['oidc.key']).to.equal(made)
    expect(await oidc(['--force'], 'de_DE')).to.include({ code: 0, stderr: '' })
    const { 'oidc.key': replaced, ...still } = await contents()
    expect(replaced).not.to.equal(made)
    expect(still).to.deep.equal(before)
  })

  for (const [language, missing, forbidden] of [
    ['en_GB', 'does not exist', 'may not write'],
    ['de_DE', 'existiert nicht', 'darf nicht in'],
  ] as const) {
    it(`names a folder that is missing (${language})`, async () => {
      const { code, stderr } = await run(['oauth2:keys'], {
        env: { KEYS_PATH: path.join(folder, 'nowhere'), LANG: language },
      })
      expect(code).to.equal(3)
      expect(stderr).to.contain(path.join(folder, 'nowhere')).and.to.contain(missing)
    })
    it(`names a folder that may not be written (${language})`, async () => {
      // /sys refuses new files to root as well.
      const { code, stderr } = await run(['oauth2:keys', '--bits', '2048'], {
        env: { KEYS_PATH: '/sys/kernel', LANG: language },
      })
      expect(code).to.equal(3)
      expect(stderr).to.contain('/sys/kernel')
      expect(stderr).to.match(new RegExp(`${forbidden}|read-only|schreibgeschützt`))
    })
  }

  it('needs no other setting, but takes none that is wrong', async () => {
    const { code, stderr } = await run(['oauth2:keys'], {
      env: { KEYS_PATH: folder, LISTEN: 'nowhere', WORKERS: 'many' },
    })
    expect(code).to.equal(3)
    expect(stderr).to.contain('LISTEN').and.to.contain('WORKERS')
    expect(stderr).to.not.contain('DATABASE_URL')
  })
})
