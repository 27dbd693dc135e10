// The dependency rule: a pure core, thin shells around it, and one place that knows who the user is.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const src = join(import.meta.dirname, '../src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const textOf = (file: string): string => readFileSync(join(src, file), 'utf8')
/** Specifiers of a file's imports; our own as paths below src. */
const importsOf = (file: string): readonly string[] =>
  [...textOf(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, target = '']) =>
    target.startsWith('.') ? normalize(join(dirname(file), target)) : target,
  )
const offenders = (where: RegExp, forbidden: (target: string, file: string) => boolean): readonly string[] =>
  files
    .filter((file) => where.test(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => forbidden(target, file))
        .map((target) => `${file} imports ${target}`),
    )
/** Everything that importing a file loads: what is imported for its types alone, or only when it is needed, is not. */
const loadedBy = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  for (const [, specifier = ''] of textOf(file).matchAll(/^(?:import|export) (?!type\b)[^'()=]*'([^']+)'/gm)) {
    const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier
    if (seen.has(target)) continue
    seen.add(target)
    if (specifier.startsWith('.')) loadedBy(target, seen)
  }
  return seen
}
const readersOf = (pattern: RegExp): readonly string[] =>
  files.filter((file) => pattern.test(textOf(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))

describe('architecture', () => {
  it('sees the imports of the whole source', () => {
    expect(files.length).to.be.greaterThan(80)
    expect(importsOf('app.ts')).to.include.members(['koa', 'routes/index.ts'])
  })

  it('src/oauth imports nothing but src/oauth and the bounds, which import nothing', () => {
    expect(offenders(/^oauth\//, (target) => !target.startsWith('oauth/') && target !== 'bounds.ts')).to.be.empty
    expect(importsOf('bounds.ts')).to.be.empty
  })

  it('no file imports itself through others, for its types either', () => {
    const circles: string[] = []
    const done = new Set<string>()
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (done.has(file)) return
      for (const target of importsOf(file)) if (files.includes(target)) walk(target, [...path, file])
      done.add(file)
    }
    for (const file of files) walk(file, [])
    expect(circles).to.be.empty
  })

  it('the doctor and the settings know no command line, and reading PHP knows nothing but itself', () => {
    expect(offenders(/^(doctor|config)\/|^config\.ts$/, (target) => target.startsWith('cli/'))).to.be.empty
    expect(offenders(/^php\//, (target) => !/^(php\/|node:|php-parser$)/.test(target))).to.be.empty
  })

  it('src/openid imports nothing but itself, src/oauth and the bounds', () => {
    expect(offenders(/^openid\//, (target) => !/^(openid|oauth)\//.test(target) && target !== 'bounds.ts')).to.be.empty
  })

  it('src/gateway imports nothing but itself, src/oauth, the bounds and its cache', () => {
    expect(
      offenders(
        /^gateway\//,
        (target) =>
          !/^(gateway|oauth)\//.test(target) && !['bounds.ts', 'lru-cache', 'on-first-use.ts'].includes(target),
      ),
    ).to.be.empty
  })

  it('nothing imports routes but app.ts and routes themselves', () => {
    expect(offenders(/^(?!app\.ts$|routes\/)/, (target) => target.startsWith('routes/'))).to.be.empty
  })

  it('stores, crypto, studip and views know no HTTP framework, route, middleware or wiring', () => {
    expect(
      offenders(/^(stores|crypto|studip|views)\//, (target) =>
        /^(koa|@koa|routes\/|middleware\/|app\.ts|wire\.ts|wire\/|server)/.test(target),
      ),
    ).to.be.empty
  })

  it('crypto and stores know no page, and pages no store and no database', () => {
    expect(offenders(/^(stores|crypto)\//, (target) => /^(views|studip)\//.test(target))).to.be.empty
    expect(offenders(/^views\//, (target) => /^(knex|mysql2)/.test(target))).to.be.empty
  })

  it('routes and middleware make no query of their own', () => {
    expect(offenders(/^(routes|middleware)\//, (target) => /^(knex|mysql2)/.test(target))).to.be.empty
  })

  it('nothing but src/studip, identity.ts, the way back, the notice of a redirect and what was asked of a login reads cookies', () => {
    expect(readersOf(/\.cookies\b|get\('cookie'\)|headers\.cookie|header\('Cookie'\)/i)).to.have.members([
      'middleware/identity.ts',
      'routes/login-asked.ts',
      'routes/notice.ts',
      'routes/resume.ts',
    ])
    expect(
      offenders(/^(?!studip\/|wire\.ts$|doctor\/|server|cli\/)/, (target) => /^studip\/(.*session|php-)/.test(target)),
    ).to.be.empty
  })

  it('nothing but config.ts, its folder and the command line reads the environment', () => {
    expect(readersOf(/process\.env/).filter((file) => !/^(config\.ts|config\/|cli\/|doctor\/|server)/.test(file))).to.be
      .empty
  })

  it('a command starts without what only the service needs, a worker without the command line and rare parsers and clients', () => {
    const [command, worker] = [loadedBy('cli/interpret.ts'), loadedBy('server/worker-process.ts')]
    expect(command).to.include('yargs')
    expect(worker).to.include('knex')
    expect(['knex', 'koa', 'pino', 'prom-client', 'ioredis', 'php-parser'].filter((name) => command.has(name))).to.be
      .empty
    // What is forked comes first, so that worker and primary load their modules side by side.
    const start = loadedBy('server/start.ts')
    expect(start).to.include('server/fork.ts')
    expect(['server/primary.ts', 'config.ts', 'pino', 'prom-client'].filter((name) => start.has(name))).to.be.empty
    expect(['yargs', 'ioredis', 'php-parser', 'marked', 'jose'].filter((name) => worker.has(name))).to.be.empty
  })

  it('A2 nothing orders all types of a header, which takes Koa quadratic time; its own redirect does that, too', () => {
    expect(readersOf(/\.accepts(?:Charsets|Encodings|Languages)?\(|\b(?:ctx|response)\.redirect\(|'negotiator'/)).to.be
      .empty
  })

  it('A2 addresses are parsed where they are ours, registered or configured; those of requests in sent-address.ts, which bounds them', () => {
    const parsers = readersOf(/URL\.canParse\(|new URL\((?!settings\.baseUrl|baseUrl|assetsUrl|`\$\{assetsUrl)/)
    expect(
      parsers.filter((file) => /^(gateway|middleware|oauth|openid|routes|stores|studip|views)\//.test(file)).sort(),
    ).to.deep.equal([
      'oauth/cors.ts',
      'oauth/redirect-uri-registration.ts',
      'oauth/sent-address.ts',
      'views/addresses.ts',
      'views/configured-link.ts',
      'views/icons.ts',
    ])
  })

  it('S-097 Math.random is nowhere', () => {
    expect(readersOf(/Math\.random/)).to.be.empty
  })
})
