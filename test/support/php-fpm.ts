// A private PHP-FPM on a unix socket, as an operator's web server would talk to.
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProcess, temporaryDirectory } from './child-process.ts'

/** Debian's name for it ends in PHP's version. */
const command = (): string => {
  const folders = ['/usr/sbin', '/usr/local/sbin', '/usr/bin']
  for (const folder of folders) {
    const [found] = readdirSync(folder).filter((name) => /^php-fpm[\d.]*$/.test(name))
    if (found) return join(folder, found)
  }
  throw new Error(`No php-fpm in ${folders.join(', ')}: test/support/install.sh installs it.`)
}

/** Starts it; `socket` is where it listens. */
export async function startPhpFpm(): Promise<{ readonly socket: string; stop(): Promise<void> }> {
  const { path, remove } = await temporaryDirectory('php-fpm')
  const socket = join(path, 'fpm.sock')
  const root = process.getuid?.() === 0
  await writeFile(
    join(path, 'fpm.conf'),
    `[global]
pid = ${path}/pid
error_log = ${path}/error.log
daemonize = no
[studip]
${root ? 'user = root' : ''}
listen = ${socket}
pm = static
pm.max_children = 2
`,
  )
  const fpm = await startProcess({
    command: command(),
    args: ['--nodaemonize', '--fpm-config', join(path, 'fpm.conf'), ...(root ? ['--allow-to-run-as-root'] : [])],
    ready: () => readdirSync(path).includes('fpm.sock'),
  })
  return {
    socket,
    async stop() {
      await fpm.stop('SIGQUIT')
      remove()
    },
  }
}
