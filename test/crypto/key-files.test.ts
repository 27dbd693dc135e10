// Faults of key files, each with a sentence that an operator can act on (contract §8.2).
import { execFileSync } from 'node:child_process'
import { createHash, createPrivateKey } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { KeyFileError, KeyFilesError, keyFaults } from '../../src/crypto/key-fault.ts'
import { inspectKeyFiles, readKeyFiles } from '../../src/crypto/key-files.ts'
import { SetupError } from '../../src/oauth/errors.ts'
import { league, leagueDir } from '../fixtures/league/golden.ts'
import { ecPair, emptyFolder, keyFolder, otherPair, password, rsaPair, rsaPssPair, soundPair } from './key-folder.ts'

const faultOf = (dir: string): Promise<string> =>
  readKeyFiles(dir).then(
    () => expect.fail('the files were taken'),
    (error: unknown) => {
      expect(error).to.be.instanceOf(SetupError)
      expect(error).to.satisfy((one: unknown) => one instanceof KeyFileError || one instanceof KeyFilesError)
      expect((error as SetupError).message, 'every detail is filled in').to.not.match(/undefined|[{}]/)
      return (error as SetupError).message
    },
  )
const encryptionOf = async (php: string) => (await readKeyFiles(keyFolder({ php }).dir)).encryption
const defuseKey = (raw: Buffer) => {
  const keyed = Buffer.concat([Buffer.from('def00000', 'hex'), raw])
  return Buffer.concat([keyed, createHash('sha256').update(keyed).digest()]).toString('hex')
}

describe('key files', () => {
  it('are read as Stud.IP 5.4 and later writes them', async () => {
    expect(await readKeyFiles(keyFolder().dir)).to.deep.equal({
      ...soundPair,
      encryption: { kind: 'password', password },
      bits: 2048,
    })
  })

  it('are read with CRLF line ends, as PKCS#1 (5.2, 5.3) and with white space around', async () => {
    const crlf = (text: string) => text.replace(/\n/g, '\r\n')
    expect(
      await readKeyFiles(
        keyFolder({ privatePem: crlf(soundPair.privatePem), publicPem: crlf(soundPair.publicPem) }).dir,
      ),
    ).to.include(soundPair)
    const pkcs1 = createPrivateKey(soundPair.privatePem).export({ type: 'pkcs1', format: 'pem' }) as string
    expect(pkcs1).to.include('BEGIN RSA PRIVATE KEY')
    expect(
      await readKeyFiles(keyFolder({ privatePem: `\n${crlf(pkcs1)}\n`, publicPem: `${soundPair.publicPem}\n\n` }).dir),
    ).to.include(soundPair)
  })

  it('keep all primes of a PKCS#1 key of four primes', async () => {
    const openssl = (args: readonly string[], input = '') =>
      execFileSync('openssl', args, { input, stdio: ['pipe', 'pipe', 'ignore'] }).toString()
    const pkcs8 = openssl([
      'genpkey',
      '-algorithm',
      'RSA',
      '-pkeyopt',
      'rsa_keygen_bits:4096',
      '-pkeyopt',
      'rsa_keygen_primes:4',
    ])
    const { privatePem } = await readKeyFiles(
      keyFolder({ privatePem: openssl(['rsa', '-traditional'], pkcs8), publicPem: openssl(['rsa', '-pubout'], pkcs8) })
        .dir,
    )
    expect(privatePem).to.equal(pkcs8)
  })

  it('S-061 are refused with a sentence that names the file and what to do', async () => {
    const weak = rsaPair(1024)
    const passphrase = createPrivateKey(soundPair.privatePem).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'x',
    }) as string
    const cases: readonly (readonly [object, RegExp])[] = [
      [weak, /\/private\.key has 1024 bits, at least 2048 .*oauth2:keys --force/],
      [{ publicPem: weak.publicPem }, /\/public\.key has 1024 bits/],
      [ecPair(), /\/private\.key is not an RSA key \(ec\)/],
      [rsaPssPair(), /\/private\.key is not an RSA key \(rsa-pss\)/],
      [{ publicPem: otherPair.publicPem }, /\/public\.key does not belong to .*\/private\.key\. Restore/],
      [{ privatePem: passphrase }, /\/private\.key is protected by a passphrase/],
      [{ privatePem: '' }, /\/private\.key is not a private key in PEM format/],
      [{ privatePem: soundPair.publicPem }, /\/private\.key is not a private key in PEM format/],
      [{ privatePem: soundPair.privatePem.slice(0, 800) }, /\/private\.key is not a private key in PEM format/],
      [{ publicPem: 'garbage' }, /\/public\.key is not a public key in PEM format/],
      [{ publicPem: soundPair.privatePem }, /\/public\.key holds a private key/],
    ]
    for (const [files, message] of cases) expect(await faultOf(keyFolder(files).dir)).to.match(message)
  })

  it('B10 are told by the labels of PEM, whatever stands around them', async () => {
    const words = '# not ENCRYPTED, no PRIVATE KEY here\nBag Attributes\n  friendlyName: BEGIN\n'
    const files = { privatePem: words + soundPair.privatePem + words, publicPem: words + soundPair.publicPem }
    expect(await readKeyFiles(keyFolder(files).dir)).to.include(soundPair)
    const proc = soundPair.privatePem.replace(
      /^-----BEGIN PRIVATE KEY-----\n/,
      '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n',
    )
    const old = proc.replace('END PRIVATE', 'END RSA PRIVATE')
    expect(await faultOf(keyFolder({ privatePem: old }).dir)).to.contain('protected by a passphrase')
    const both = soundPair.publicPem + soundPair.privatePem
    expect(await faultOf(keyFolder({ publicPem: both }).dir)).to.contain('holds a private key')
  })

  it('B10 are read where PHP reads them, and no further', async () => {
    const { privatePem, publicPem } = soundPair
    const certificateOf = (pair: typeof soundPair) => {
      const key = join(keyFolder(pair).dir, 'private.key')
      return execFileSync('openssl', ['req', '-new', '-x509', '-key', key, '-subj', '/CN=x']).toString()
    }
    const [own, foreign] = [certificateOf(soundPair), certificateOf(otherPair)]
    const php = (dir: string) =>
      execFileSync('php', [
        '-r',
        `[$private, $public] = array_map(fn($name) => file_get_contents("$argv[1]/$name.key"), ['private', 'public']);
         $keys = [openssl_pkey_get_private($private), openssl_pkey_get_public($public)];
         echo in_array(false, $keys, true) || count(array_unique(array_map(fn($key) => openssl_pkey_get_details($key)['rsa']['n'], $keys))) > 1 ? 'refused' : 'read';`,
        dir,
      ]).toString()
    const cases = {
      'a certificate': [{ publicPem: own }, 'read'],
      'an old certificate': [{ publicPem: own.replaceAll('CERTIFICATE', 'X509 CERTIFICATE') }, 'read'],
      'a certificate behind a foreign key': [{ publicPem: otherPair.publicPem + own }, 'read'],
      'a foreign certificate behind the key': [{ publicPem: publicPem + foreign }, 'refused'],
      'a foreign key first': [{ privatePem: otherPair.privatePem + privatePem }, 'refused'],
      'a foreign key second': [{ privatePem: privatePem + otherPair.privatePem }, 'read'],
      'a beginning too many': [{ privatePem: `-----BEGIN PRIVATE KEY-----\n${privatePem}` }, 'refused'],
      'lines that end with CR alone': [{ publicPem: publicPem.replaceAll('\n', '\r') }, 'refused'],
      'a byte order mark': [{ privatePem: `\uFEFF${privatePem}`, publicPem: `\uFEFF${publicPem}` }, 'read'],
      'lines of Windows': [{ privatePem: privatePem.replaceAll('\n', '\r\n') }, 'read'],
      'one long line': [{ privatePem: privatePem.replace(/(?<!-)\n(?!-)/g, '') }, 'read'],
      'blanks before each line': [{ privatePem: privatePem.replace(/^/gm, ' ') }, 'refused'],
      'blanks behind each line': [{ privatePem: privatePem.replace(/$/gm, ' ') }, 'read'],
    } as const
    for (const [name, [files, expected]] of Object.entries(cases)) {
      const { dir } = keyFolder(files)
      const ours = await readKeyFiles(dir).then(
        () => 'read',
        () => 'refused',
      )
      expect({ ours, php: php(dir) }, name).to.deep.equal({ ours: expected, php: expected })
    }
  })

  it('O3 are all named, each with its own fault', async () => {
    const { dir } = keyFolder({ publicPem: 'garbage', php: '<?php return 1;' })
    rmSync(join(dir, 'private.key'))
    expect(await faultOf(dir)).to.match(
      /private\.key does not exist.*public\.key is not a public key.*encryption_key\.php does not return/,
    )
  })

  it('S-119 O3 never begin their advice with what ends tokens', () => {
    for (const [fault, sentence] of Object.entries(keyFaults)) {
      const [, ...advice] = sentence.split(/(?<=[.)])\s+(?=[A-Z])/)
      expect(advice[0] ?? '', fault).to.not.contain('--force')
      if (sentence.includes('--force'))
        expect(sentence, fault).to.match(/backup.*Only where there is none: oauth2:keys --force .* ends every code/)
    }
  })

  it('are refused when a file is larger than any key', async () =>
    expect(await faultOf(keyFolder({ publicPem: 'x'.repeat(70_000) }).dir)).to.contain('larger than 65536 bytes'))

  it('S-061 are refused when missing or unreadable', async () => {
    for (const name of ['private.key', 'public.key', 'encryption_key.php']) {
      const { dir } = keyFolder()
      rmSync(join(dir, name))
      expect(await faultOf(dir)).to.match(
        new RegExp(
          `^\\S*/${name.replace('.', '\\.')} does not exist, although other key files do\\. Restore it from the backup`,
        ),
      )
      mkdirSync(join(dir, name))
      expect(await faultOf(dir)).to.match(/cannot be read \(EISDIR\)/)
    }
    expect(await faultOf('/nonexistent')).to.match(/^The folder \/nonexistent does not exist/)
    expect(await faultOf(emptyFolder())).to.match(/^There are no key files in \S+\. Make them with oauth2:keys, or/)
  })

  it('S-061 are refused when this user may not read them', () => {
    const { dir } = keyFolder()
    chmodSync(dir, 0o755)
    chmodSync(join(dir, 'private.key'), 0)
    // In a process of its own, because root reads everything until it is another user.
    const look = `import(${JSON.stringify(join(import.meta.dirname, '../../src/crypto/key-files.ts'))}).then((m) => {
      if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534) }
      return m.readKeyFiles(${JSON.stringify(dir)})
    }).then(() => console.log('taken'), (e) => console.log(e.message))`
    const said = execFileSync(process.execPath, ['--import=tsx', '--input-type=module', '-e', look], {
      encoding: 'utf8',
    })
    expect(said).to.match(/private\.key may not be read by this user\. Give it mode 660/)
  })

  it('O3 blame a closed folder and not the files in it', () => {
    const { dir } = keyFolder()
    chmodSync(dir, 0o700)
    const look = `import(${JSON.stringify(join(import.meta.dirname, '../../src/crypto/key-files.ts'))}).then((m) => {
      if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534) }
      else require('fs').chmodSync(${JSON.stringify(dir)}, 0)
      return m.readKeyFiles(${JSON.stringify(dir)})
    }).then(() => console.log('taken'), (e) => console.log(e.message))`
    const said = execFileSync(process.execPath, ['--import=tsx', '--input-type=module', '-e', look], {
      encoding: 'utf8',
    })
    expect(said).to.match(/^This user may not look into the folder \S+\. Give it/)
  })

  it('never show the key in what they say', async () => {
    const said = await faultOf(keyFolder({ php: `<?php return '${password}' . getenv('X');` }).dir)
    expect(said)
      .to.match(/encryption_key\.php does not return a text that can be known/)
      .and.not.include(password)
  })

  describe('encryption_key.php', () => {
    it('is taken as Stud.IP writes it, and as an editor may leave it', async () => {
      const expected = { kind: 'password', password }
      for (const php of [
        `<?php return '${password}';`,
        `<?php\nreturn "${password}";\n`,
        `\uFEFF<?php return '${password}';\r\n`,
        `<?php\n\n  RETURN '${password}' ;\n?>\n`,
      ])
        expect(await encryptionOf(php), php).to.deep.equal(expected)
      expect(
        (await readKeyFiles(keyFolder({ php: `<?php return 'def00000${'ab'.repeat(64)}';` }).dir)).encryption.kind,
        'a string is a password, whatever it looks like',
      ).to.equal('password')
    })

    it('B8 is read as PHP reads it', async () => {
      const [a, b] = [password.slice(0, 20), password.slice(20)]
      for (const php of [
        `<?php\n// made in 2019\nreturn '${password}';`,
        `<?php # one\n/* two */ return /* three */ '${password}' /* four */ ; // five`,
        `<?php return '${a}' . "${b}";`,
        `<?php $key = '${a}'; $key .= '${b}'; return $key;`,
        `<?php const K = '${password}'; return K;`,
        `<?php define('K', '${password}'); return K; echo 1;`,
        `<?php\nreturn <<<KEY\n  ${password}\n  KEY;\n`,
        `<?php return <<<'KEY'\n${password}\nKEY;`,
        `<?php return true ? '${password}' : 'other';`,
        `<?php return trim(" ${password}\\n");`,
        `<?php return base64_decode('${Buffer.from(password).toString('base64')}');`,
        `<?php namespace A; return \\strrev('${[...password].reverse().join('')}');`,
        `<?php declare(strict_types=1); return ('${password}');`,
        `<?php return ['key' => '${password}']['key'];`,
        `<?php return '${password}'; return 'other';`,
      ])
        expect(await encryptionOf(php), php).to.deep.equal({ kind: 'password', password })
    })

    it('B8 is followed into a file beside it', async () => {
      const { dir } = keyFolder({ php: "<?php return require __DIR__ . '/secret.php';" })
      writeFileSync(join(dir, 'secret.php'), `<?php return '${password}';`)
      expect((await readKeyFiles(dir)).encryption).to.deep.equal({ kind: 'password', password })
    })

    it('of Stud.IP is taken as it was found', async () => {
      expect(await encryptionOf(readFileSync(join(leagueDir, 'encryption_key.php'), 'utf8'))).to.deep.equal({
        kind: 'password',
        password: league.encryption_key,
      })
    })

    it('is taken with a Defuse key object', async () => {
      const raw = Buffer.from('0102030405060708091011121314151617181920212223242526272829303132', 'hex')
      for (const php of [
        `<?php return \\Defuse\\Crypto\\Key::loadFromAsciiSafeString('${defuseKey(raw)}');`,
        `<?php\nuse Defuse\\Crypto\\Key;\nreturn Key::loadFromAsciiSafeString("${defuseKey(raw)}");\n`,
        `<?php return Defuse\\Crypto\\Key::loadFromAsciiSafeString('${defuseKey(raw).toUpperCase()}\n');`,
      ])
        expect(await encryptionOf(php), php).to.deep.equal({ kind: 'key', raw })
    })

    it('S-061 is refused when it is anything else: nothing is executed or guessed', async () => {
      const damaged = defuseKey(Buffer.alloc(32, 7)).replace(/.$/, (c) => (c === '0' ? '1' : '0'))
      const cases: readonly (readonly [string, RegExp])[] = [
        ['', /does not return a text/],
        [password, /does not return a text/],
        [`<?php return getenv('KEY');`, /does not return a text/],
        [`<?php return 42;`, /does not return a text/],
        [`<?php\n\nreturn "${password}$x";`, /asks for more .*, line 3\)/],
        [`<?php\nreturn trim(file_get_contents('/run/key'));`, /asks for more .*, line 2\)/],
        [`<?php if (is_file('/x')) { return '${password}'; }`, /does not return a text/],
        [`<?php\nreturn '${password}`, /asks for more .*, line 2\)/],
        [`<?php\nreturn "${password}`, /is not PHP .*line 2/],
        [`<?php return '';`, /returns a key of 0 characters/],
        [`<?php return 'short';`, /returns a key of 5 characters, at least 24/],
        [`<?php return \\Defuse\\Crypto\\Key::loadFromAsciiSafeString('${damaged}');`, /holds a damaged Defuse key/],
        [
          `<?php return \\Defuse\\Crypto\\Key::loadFromAsciiSafeString('${defuseKey(Buffer.alloc(32)).slice(2)}');`,
          /holds a damaged Defuse key/,
        ],
        [
          `<?php return \\Defuse\\Crypto\\Key::loadFromAsciiSafeString('${defuseKey(Buffer.alloc(31))}');`,
          /holds a damaged Defuse key/,
        ],
        [
          `<?php return \\Defuse\\Crypto\\Key::loadFromAsciiSafeString('${defuseKey(Buffer.alloc(32)).replace('def0', 'def5')}');`,
          /holds a damaged Defuse key/,
        ],
      ]
      for (const [php, message] of cases)
        expect(await faultOf(keyFolder({ php }).dir), php)
          .to.match(message)
          .and.match(/encryption_key\.php/)
    })
  })

  it('are described without being judged', async () => {
    const { dir } = keyFolder({ privatePem: 'garbage' })
    chmodSync(join(dir, 'private.key'), 0o600)
    chmodSync(join(dir, 'public.key'), 0o644)
    rmSync(join(dir, 'encryption_key.php'))
    const path = (name: string) => join(dir, name)
    expect(await inspectKeyFiles(dir)).to.deep.equal([
      { name: 'private.key', path: path('private.key'), exists: true, readable: true, mode: '600', modeOk: true },
      { name: 'public.key', path: path('public.key'), exists: true, readable: true, mode: '644', modeOk: false },
      {
        name: 'encryption_key.php',
        path: path('encryption_key.php'),
        exists: false,
        readable: false,
        mode: undefined,
        modeOk: false,
      },
    ])
    expect((await inspectKeyFiles(join(emptyFolder(), 'none'))).map(({ exists }) => exists)).to.deep.equal([
      false,
      false,
      false,
    ])
  })
})
