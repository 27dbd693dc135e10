// Stud.IP's .env: values recorded from vlucas/phpdotenv 5.6.0, and the real thing again where Composer has put it.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { parseDotenv } from '../../src/php/dotenv.ts'

interface Recorded {
  readonly text: string
  /** What it adds to $_ENV, or the words of phpdotenv's error. */
  readonly values: Record<string, string> | string
}

const real = { REAL: 'r"e$al' }
const words = {
  equals: 'unexpected equals',
  name: 'invalid name',
  escape: 'unexpected escape',
  'white-space': 'unexpected whitespace',
  quote: 'missing closing quote',
} as const

const ours = (text: string): Record<string, string> | string => {
  const found = parseDotenv(text, real)
  return 'values' in found ? { ...found.values } : words[found.mistake]
}
const agree = (text: string, theirs: Recorded['values']) => {
  const found = ours(text)
  if (typeof theirs === 'string') expect(theirs, JSON.stringify(text)).to.contain(String(found))
  else expect(found, JSON.stringify(text)).to.deep.equal(theirs)
}

/** Outside of the checkout, and kept: Composer needs the network once. */
const composer = process.env['PHPDOTENV'] ?? path.join(tmpdir(), 'phpdotenv-5.6.0')
const installed = (): boolean => {
  if (existsSync(`${composer}/vendor/autoload.php`)) return true
  try {
    const args = ['require', '--no-interaction', '--quiet', `--working-dir=${composer}`, 'vlucas/phpdotenv:5.6.0']
    mkdirSync(composer, { recursive: true })
    execFileSync('composer', args, {
      stdio: 'ignore',
      timeout: 300_000,
      env: { ...process.env, COMPOSER_ALLOW_SUPERUSER: '1' },
    })
  } catch {
    return false
  }
  return existsSync(`${composer}/vendor/autoload.php`)
}
const askPhp = (texts: readonly string[]): readonly Recorded['values'][] => {
  const program = `
    require ${JSON.stringify(`${composer}/vendor/autoload.php`)};
    error_reporting(0);
    $folder = sys_get_temp_dir() . '/dotenv-' . getmypid();
    mkdir($folder);
    $answers = [];
    foreach (json_decode(stream_get_contents(STDIN)) as $text) {
      $_SERVER = json_decode(${JSON.stringify(JSON.stringify(real)).replaceAll('$', '\\$')}, true);
      $_ENV = [];
      file_put_contents($folder . '/.env', $text);
      try { Dotenv\\Dotenv::createImmutable($folder)->safeLoad(); $answers[] = (object) $_ENV; }
      catch (Dotenv\\Exception\\InvalidFileException $error) { $answers[] = $error->getMessage(); }
    }
    unlink($folder . '/.env');
    rmdir($folder);
    echo json_encode($answers);`
  return JSON.parse(
    execFileSync('php', ['-r', program], { input: JSON.stringify(texts), encoding: 'utf8', maxBuffer: 64e6 }),
  ) as Recorded['values'][]
}

/** The same pieces in the same order on every run. */
const composed = (count: number): readonly string[] => {
  const pieces = [
    'A',
    'B_1',
    '=',
    '="',
    '"',
    "'",
    '\\',
    '\\"',
    '\\n',
    '$',
    '${A}',
    '${REAL}',
    '${NO}',
    ' ',
    '\n',
    '\r\n',
    '#',
    'x',
    '`',
    'export ',
    '.',
    'ä',
    "='",
    '\t',
    '\\$',
    '\\\\',
    '\\q',
    'REAL=',
    'AB="',
    '\n"\n',
    'C=1\n',
  ]
  let seed = 1
  const next = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return (seed >> 8) % below
  }
  return Array.from({ length: count }, () => {
    const head = ['A="', "A='", 'A=', ''][next(4)]!
    return head + Array.from({ length: 1 + next(12) }, () => pieces[next(pieces.length)]).join('')
  })
}

describe('B1 .env of Stud.IP', () => {
  it('is read as vlucas/phpdotenv 5.6 reads it, mistakes included', async () => {
    const file = new URL('../fixtures/php/dotenv.json', import.meta.url)
    const recorded = JSON.parse(await readFile(file, 'utf8')) as Recorded[]
    expect(recorded).to.have.length.of.at.least(60)
    for (const { text, values } of recorded) agree(text, values)
  })

  it('agrees with the real phpdotenv on 1,000 composed files, where it can be had', function () {
    if (!installed()) return this.skip()
    const texts = composed(1_000)
    askPhp(texts).forEach((values, index) => agree(texts[index]!, values))
  })

  it('names the line on which an entry starts', () => {
    expect(parseDotenv('# one\n\nA="x\ny"\nB=1 2\n', {})).to.deep.equal({ mistake: 'white-space', line: 5 })
  })
})
