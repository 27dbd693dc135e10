// bin/demo: sets the stage and waits for Ctrl-C, or walks through the flow (--check) and ends.
import { parseArgs } from 'node:util'
import { checkFlow } from './check.ts'
import { startDemoApp } from './demo-app.ts'
import { startStage, type Stage } from './stage.ts'

const usage = `Usage: bin/demo [--check] [--studip 6.0|5.4] [--base / | /studip/] [--port N] [--verbose]

  --check    walk through the whole flow without a person; exit code 0 only when every step held
  --studip   which Stud.IP the stand-in is (6.0)
  --base     path of the installation (/)
  --port     port of nginx on 127.0.0.1 (a free one)
  --verbose  print the log of the service at the end
`

const { values } = parseArgs({
  options: {
    check: { type: 'boolean' },
    studip: { type: 'string', default: '6.0' },
    base: { type: 'string', default: '/' },
    port: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}
const version = values.studip === '5.4' ? '5.4' : '6.0'
const base = values.base.includes('studip') ? '/studip/' : '/'

const report = (what: string, milliseconds: number): void =>
  console.log(`  ✔ ${what.padEnd(66)} ${(milliseconds / 1000).toFixed(2).padStart(6)} s`)

const guide = (stage: Stage, app: string): string => `
Start here: ${app}   (Demo-App, "Connect with Stud.IP")

  Stud.IP (stand-in)       ${stage.url}
  OAuth2 administration    ${stage.url}dispatch.php/admin/oauth2               as root
  Connected applications   ${stage.url}dispatch.php/api/oauth2/applications    as anybody

  All passwords are "demo". autor, tutor, dozent, admin, root: no questions asked;
  zweifaktor, mailfaktor: second factor; neuling: terms; unsichtbar: visibility; locked, expired: refused.

  Command line: STUDIP_VERSION=${version} BASE_URL=${stage.url} DATABASE_URL='${stage.database.url}' KEYS_PATH=${stage.keysPath} bin/studip oauth2:clients

Ctrl-C ends everything and removes it.
`

// Before the stage is set: out at once; the exit handler of child-process.ts ends what runs and removes what was written.
let interrupted = (): void => process.exit(130)
process.on('SIGINT', () => interrupted())

const begin = performance.now()
console.log('Setting the stage:')
let stage: Stage | undefined
try {
  stage = await startStage({ version, base, onStep: report, ...(values.port && { port: Number(values.port) }) })
  if (values.check) await check(stage)
  else await wait(stage)
} catch (error) {
  console.error(`  ✘ ${(error as Error).message}`)
  if (stage) console.error(`\nLog of the service:\n${stage.sidecar().log().slice(-8000)}`)
  process.exitCode = 1
} finally {
  if (values.verbose && stage) console.log(stage.sidecar().log())
  await stage?.stop()
}
process.exit()

async function check(set: Stage): Promise<void> {
  console.log('\nWalking through:')
  await checkFlow(set, version, report)
  console.log(`\nEvery step held, in ${((performance.now() - begin) / 1000).toFixed(1)} s.`)
}

async function wait(set: Stage): Promise<void> {
  const app = await startDemoApp({ issuer: set.issuer, clientId: set.clientId, studipUrl: set.url })
  console.log(guide(set, app.url))
  await new Promise<void>((resolve) => {
    interrupted = resolve
  })
  console.log('\nRemoving everything …')
  await app.stop()
}
