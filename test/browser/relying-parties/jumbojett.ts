// jumbojett/openid-connect-php, where JUMBOJETT_AUTOLOAD names an autoload file of a copy outside the project.
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProcess, temporaryDirectory } from '../../support/child-process.ts'
import { answers } from '../../support/free-port.ts'
import { recipe, type Start } from './recipe.ts'

const autoload = process.env['JUMBOJETT_AUTOLOAD']

/** Why it cannot run here; undefined when it can. */
export const jumbojettMissing = autoload
  ? existsSync(autoload)
    ? undefined
    : `${autoload} does not exist`
  : 'no jumbojett/openid-connect-php: set JUMBOJETT_AUTOLOAD'

export const startJumbojett: Start = async (registered, port) => {
  const origin = `http://127.0.0.1:${port}`
  const directory = await temporaryDirectory('jumbojett')
  const [login = '', logout = ''] = await recipe('jumbojett', registered, origin)
  const begin = `<?php require ${JSON.stringify(autoload)};\n`
  await Promise.all([
    writeFile(
      join(directory.path, 'login.php'),
      `${begin}${login}header('Content-Type: application/json'); echo json_encode(['name' => $name, 'id' => $oidc->getVerifiedClaims('sub'), 'info' => $oidc->requestUserInfo()]);`,
    ),
    writeFile(join(directory.path, 'logout.php'), begin + logout),
    writeFile(join(directory.path, 'index.php'), 'Nobody is signed in.'),
  ])
  const running = await startProcess({
    command: 'php',
    args: ['-d', 'display_errors=stderr', '-S', `127.0.0.1:${port}`, '-t', directory.path],
    ready: () => answers(port),
  })
  return {
    origin,
    log: running.log,
    stop: async () => {
      await running.stop()
      directory.remove()
    },
  }
}
