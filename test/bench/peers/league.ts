// league/oauth2-server as most installations run PHP: php-fpm with opcache behind nginx, keep-alive, persistent connections to the same MariaDB.
import { readdirSync } from 'node:fs'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProcess, temporaryDirectory } from '../../support/child-process.ts'
import { answers } from '../../support/free-port.ts'
import type { DatabaseSettings } from '../../../src/settings.ts'

const frontController = join(import.meta.dirname, '../../interop/league/index.php')
const root = process.getuid?.() === 0

const fpmConfiguration = (folder: string, children: number) => `[global]
error_log = ${folder}/fpm.log
daemonize = no
[league]
${root ? 'user = root\ngroup = root\n' : ''}listen = ${folder}/fpm.sock
pm = static
pm.max_children = ${children}
catch_workers_output = yes
php_admin_value[opcache.enable] = 1
php_admin_value[opcache.memory_consumption] = 64
php_admin_value[opcache.validate_timestamps] = 0
`

const nginxConfiguration = (folder: string, port: number, parameters: string) => `
${root ? 'user root;\n' : ''}daemon off;
# One: a kept connection holds its PHP process, and those that one worker keeps idle would be missing in another.
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; fastcgi_temp_path ${folder}/fastcgi; proxy_temp_path ${folder}/proxy; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  keepalive_requests 10000000;
  upstream fpm { server unix:${folder}/fpm.sock; keepalive 32; }
  server {
    listen 127.0.0.1:${port};
    location / {
      fastcgi_pass fpm; fastcgi_keep_conn on;
${parameters}
    }
  }
}
`

/** Settings of test/interop/league/index.php, and the CGI variables that PHP needs. */
const parametersOf = (autoload: string, database: DatabaseSettings, keysPath: string) =>
  Object.entries({
    SCRIPT_FILENAME: frontController,
    SCRIPT_NAME: '/index.php',
    REQUEST_METHOD: '$request_method',
    REQUEST_URI: '$request_uri',
    QUERY_STRING: '$query_string',
    CONTENT_TYPE: '$content_type',
    CONTENT_LENGTH: '$content_length',
    SERVER_PROTOCOL: '$server_protocol',
    LEAGUE_AUTOLOAD: autoload,
    LEAGUE_KEYS: keysPath,
    LEAGUE_DB_USER: database.user,
    LEAGUE_DB_PASSWORD: database.password,
    LEAGUE_DSN: `mysql:unix_socket=${database.socketPath};dbname=${database.database}`,
  })
    .map(([name, value]) => `      fastcgi_param ${name} "${value}";`)
    .join('\n')

// Debian names the binary after its version.
const fpmBinary = () => {
  const found = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin'].flatMap((folder) => {
    try {
      return readdirSync(folder)
        .filter((name) => /^php-fpm[0-9.]*$/.test(name))
        .map((name) => join(folder, name))
    } catch {
      return []
    }
  })
  if (!found[0]) throw new Error('php-fpm is not installed (Debian: php8.2-fpm php8.2-mysql)')
  return found[0]
}

/** Starts both servers; `children` PHP processes, one database connection each. */
export const startLeague = async (options: {
  autoload: string
  database: DatabaseSettings
  keysPath: string
  port: number
  children: number
}): Promise<{ pid: number; stop(): Promise<void> }> => {
  const { path: folder, remove } = await temporaryDirectory('bench-league')
  await writeFile(`${folder}/fpm.conf`, fpmConfiguration(folder, options.children))
  await writeFile(
    `${folder}/nginx.conf`,
    nginxConfiguration(folder, options.port, parametersOf(options.autoload, options.database, options.keysPath)),
  )
  const fpm = await startProcess({
    command: fpmBinary(),
    args: ['-F', '-y', `${folder}/fpm.conf`, ...(root ? ['-R'] : [])],
    ready: () => access(`${folder}/fpm.sock`).then(() => true),
  })
  const nginx = await startProcess({
    command: 'nginx',
    args: ['-c', `${folder}/nginx.conf`, '-e', `${folder}/error.log`],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    ready: () => answers(options.port),
  })
  return {
    pid: fpm.pid,
    stop: async () => {
      await nginx.stop()
      await fpm.stop()
      remove()
    },
  }
}
