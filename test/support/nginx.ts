// A private nginx with the shipped snippets, included unchanged but for the addresses in http.conf, which an operator sets, and
// for how long it waits.
import { execFile } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startProcess, temporaryDirectory } from './child-process.ts'
import { answers, freePort } from './free-port.ts'

export interface NginxOptions {
  /** Addresses of the service's instances: `127.0.0.1:8765` or `unix:/path`. */
  readonly sidecar: string | readonly string[]
  /** Address of the stand-in for Stud.IP's PHP. */
  readonly php: string
  readonly base?: '/' | `/${string}/`
  /** True: https with a self-signed certificate. */
  readonly tls?: boolean
  readonly failover?: 'php' | 'off'
  /** Which parts for api.read it includes; both unless given. */
  readonly apiRead?: 'both' | 'without token' | 'none'
  /** More directives for the `server { }`, and for `http { }` before the snippets. */
  readonly server?: string
  readonly http?: string
  readonly mergeSlashes?: boolean
  /** `shipped`: waits for the service as long as the snippets say. Otherwise five minutes: a busy machine is slow, not wrong. */
  readonly patience?: 'shipped'
  /** `one a second`: what a limit lets through besides its burst, so that no machine is too slow to reach it. */
  readonly rate?: 'one a second'
  /** Its port; a free one unless given. */
  readonly port?: number
}

export interface RunningNginx {
  /** Public URL of Stud.IP with base and trailing slash. */
  readonly url: string
  readonly port: number
  /** Of the master process. */
  readonly pid: number
  /** nginx's error log so far. */
  log(): string
  stop(): Promise<void>
}

const snippets = fileURLToPath(new URL('../../nginx/', import.meta.url))
const run = promisify(execFile)
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin:/sbin` }

/** Writes a configuration folder like /etc/nginx with the snippets in studip-oauth2/; answers its path. */
export async function nginxFolder(options: NginxOptions, port: number): Promise<{ path: string; remove(): void }> {
  const directory = await temporaryDirectory('nginx')
  const { path } = directory
  await cp(snippets, join(path, 'studip-oauth2'), { recursive: true })
  symlinkSync('/etc/nginx/fastcgi_params', join(path, 'fastcgi_params'))
  const http = await readFile(join(snippets, 'http.conf'), 'utf8')
  await writeFile(
    join(path, 'studip-oauth2/http.conf'),
    http
      .replace(/^ +server 127\.0\.0\.1:8765(.*;\n)/m, (_, parameters) =>
        [options.sidecar]
          .flat()
          .map((address) => `    server ${address}${parameters}`)
          .join(''),
      )
      .replace(/ rate=\d+r\/s;/g, options.rate === 'one a second' ? ' rate=1r/s;' : '$&'),
  )
  await movedTo(options.base ?? '/', join(path, 'studip-oauth2/sub-path.conf'))
  if (options.patience !== 'shipped') await waitingLonger(join(path, 'studip-oauth2'))
  if (options.tls) await selfSigned(path)
  await writeFile(join(path, 'nginx.conf'), configuration(options, path, port))
  return directory
}

/** For another path than /studip/, as the first lines of the file say. */
const movedTo = async (base: string, file: string): Promise<void> => {
  const parts = base.split('/').filter((part) => part !== '')
  const pattern = parts.map((part) => part.replaceAll('.', '\\.')).join('/+')
  if (base === '/' || base === '/studip/') return
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replaceAll('/+studip/', `/+${pattern}/`).replaceAll('/studip/', base))
}

const waitingLonger = async (folder: string): Promise<void> => {
  for (const name of ['proxy.conf', 'locations.conf', 'api-read.conf']) {
    const file = join(folder, name)
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace(/^( *proxy_(?:connect|read|send)_timeout) \d+s;$/gm, '$1 300s;'))
  }
}

/** `nginx -t` on such a folder. Rejects with what nginx says. */
export const checkNginx = (folder: string): Promise<unknown> =>
  run(nginxIn(folder).command, ['-t', ...nginxIn(folder).args], { env })

/** How nginx is run with such a folder. */
export const nginxIn = (folder: string) => ({
  command: 'nginx',
  args: ['-p', folder, '-c', join(folder, 'nginx.conf')],
  env,
})

/** Starts nginx on 127.0.0.1; where no port was asked for and somebody else was faster, on another one. */
export const startNginx = async (options: NginxOptions): Promise<RunningNginx> =>
  options.port === undefined
    ? startAt(await freePort(), options).catch(async () => startAt(await freePort(), options))
    : startAt(options.port, options)

async function startAt(port: number, options: NginxOptions): Promise<RunningNginx> {
  const directory = await nginxFolder(options, port)
  const nginx = await startProcess({ ...nginxIn(directory.path), ready: () => answers(port) })
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}${options.base ?? '/'}`,
    port,
    pid: nginx.pid,
    log: nginx.log,
    async stop() {
      await nginx.stop('SIGQUIT')
      directory.remove()
    },
  }
}

const configuration = (
  {
    base = '/',
    tls,
    failover = 'php',
    apiRead = 'both',
    mergeSlashes = true,
    php,
    server = '',
    http = '',
  }: NginxOptions,
  path: string,
  port: number,
): string => `
daemon off;
worker_processes 2;
pid ${path}/nginx.pid;
error_log stderr warn;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${path}/${name};`).join('\n  ')}
  ${http}
  include studip-oauth2/http.conf;
  server {
    listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
    ${tls ? `ssl_certificate ${path}/tls.pem; ssl_certificate_key ${path}/tls.key;` : ''}
    root ${path};
    ${mergeSlashes ? '' : 'merge_slashes off;'}
    include studip-oauth2/${base === '/' ? 'root' : 'sub-path'}.conf;
    include studip-oauth2/failover-${failover}.conf;
    ${apiRead === 'none' ? '' : 'include studip-oauth2/api-read.conf;'}
    ${server}
    # Stud.IP's PHP as the operator has it.
    location / {
      proxy_pass http://${php};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      ${apiRead === 'both' ? 'include studip-oauth2/api-read-token.conf;' : ''}
    }
  }
}
`

/** Writes tls.pem and tls.key for localhost and 127.0.0.1. */
export const selfSigned = (path: string): Promise<unknown> =>
  run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-keyout',
    join(path, 'tls.key'),
    '-out',
    join(path, 'tls.pem'),
  ])
