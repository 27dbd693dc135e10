// bin/demo: sets the stage and waits for Ctrl-C, or walks through the flow (--check) and ends.
import { parseArgs } from 'node:util'
import { checkFlow } from './check.ts'
import { openPortal } from './check-sign-in.ts'
import { startDemoApp } from './demo-app.ts'
import { startStage, type Stage } from './stage.ts'

// bin/demo has checked them.
const { values } = parseArgs({
  options: {
    check: { type: 'boolean' },
    studip: { type: 'string', default: '6.0' },
    base: { type: 'string', default: '/' },
    port: { type: 'string' },
    verbose: { type: 'boolean' },
  },
})
const version = values.studip as '6.0' | '5.4'
const base = values.base as '/' | `/${string}/`

const report = (what: string, milliseconds: number): void =>
  console.log(`  ✔ ${what.padEnd(66)} ${(milliseconds / 1000).toFixed(2).padStart(6)} s`)

const guide = (stage: Stage, app: string, portal: string): string => `
Start here: ${app}   (Demo-App, "Connect with Stud.IP": reads Stud.IP for you)
   or here: ${portal}   (Demo-Portal, "Sign in with Stud.IP": learns who you are)

  Stud.IP (stand-in)       ${stage.url}
  OAuth2 administration    ${stage.url}dispatch.php/admin/oauth2               as root
  Connected applications   ${stage.url}dispatch.php/api/oauth2/applications    as anybody

  All passwords are "demo". autor, tutor, dozent, admin, root: no questions asked;
  zweifaktor, mailfaktor: second factor; neuling: terms; unsichtbar: visibility; locked, expired: refused.

  Command line, here or in another terminal:
  export STUDIP_VERSION=${version} SESSION_STORE=database BASE_URL=${stage.url} \\
    DATABASE_URL='${stage.database.url}' KEYS_PATH=${stage.keysPath} METRICS_LISTEN=off
  bin/studip oauth2:clients; bin/studip oauth2:doctor

Ctrl-C ends everything and removes it.
`

// Before the stage is set: out at once; the exit handler of child-process.ts ends what runs and removes what was written.
let interrupted = (): void => process.exit(130)
process.on('SIGINT', () => interrupted())

const begin = performance.now()
console.log('Setting the stage:')
let stage: Stage | undefined
try {
  stage = await startStage({
    version,
    base,
    onStep: report,
    env: { CLIENT_REQUESTS: 'autor' },
    ...(values.port && { port: Number(values.port) }),
  })
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
  const portal = await openPortal(set)
  console.log(guide(set, app.url, portal.url))
  await new Promise<void>((resolve) => {
    interrupted = resolve
  })
  console.log('\nRemoving everything …')
  await Promise.all([app.stop(), portal.stop()])
}
