// Apache's mod_auth_openidc, Debian's, before an application that shows what it is told.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startEcho } from '../../nginx/echo.ts'
import { startProcess, temporaryDirectory } from '../../support/child-process.ts'
import { answers } from '../../support/free-port.ts'
import { recipe, type Start } from './recipe.ts'

const modules = [
  'mpm_event',
  'authn_core',
  'authz_core',
  'authz_user',
  'proxy',
  'proxy_http',
  'headers',
  'auth_openidc',
]
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin:/sbin` }

export const startModAuthOpenidc: Start = async (registered, port) => {
  const origin = `http://127.0.0.1:${port}`
  const [directory, app] = [await temporaryDirectory('openidc'), await startEcho('app')]
  const { path } = directory
  const [lines = ''] = await recipe('mod_auth_openidc', registered, origin)
  await writeFile(
    join(path, 'apache.conf'),
    `
ServerRoot ${path}
ServerName 127.0.0.1
PidFile ${path}/pid
DefaultRuntimeDir ${path}
ErrorLog ${path}/error.log
Listen 127.0.0.1:${port}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
${lines}
RequestHeader set X-User "expr=%{REMOTE_USER}"
RequestHeader set X-Name "%{OIDC_CLAIM_name}e"
RequestHeader set X-Email "%{OIDC_CLAIM_email}e"
ProxyPass / http://${app.address}/
`,
  )
  const running = await startProcess({
    command: 'apache2',
    args: ['-f', join(path, 'apache.conf'), '-D', 'FOREGROUND'],
    env,
    ready: () => answers(port),
  })
  return {
    origin,
    log: () => running.log() + readFileSync(join(path, 'error.log'), 'utf8'),
    stop: async () => {
      await running.stop()
      await app.stop()
      directory.remove()
    },
  }
}
