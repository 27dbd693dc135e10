// Authlib with Flask, both Debian's.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProcess, temporaryDirectory } from '../../support/child-process.ts'
import { answers } from '../../support/free-port.ts'
import { recipe, type Start } from './recipe.ts'

export const startAuthlib: Start = async (registered, port) => {
  const origin = `http://127.0.0.1:${port}`
  const directory = await temporaryDirectory('authlib')
  const [program = ''] = await recipe('authlib', registered, origin)
  await writeFile(join(directory.path, 'app.py'), program)
  const running = await startProcess({
    // Debian's packages belong to this one, whatever else calls itself python3.
    command: '/usr/bin/python3',
    args: ['-m', 'flask', '--app', 'app', 'run', '--port', String(port)],
    cwd: directory.path,
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
