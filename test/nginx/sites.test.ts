// Every site of nginx/examples/ on a real nginx with a real PHP-FPM: what is ours, what stays Stud.IP's, and the failover (R4).
import { expect } from 'chai'
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProcess } from '../support/child-process.ts'
import { answers, freePort } from '../support/free-port.ts'
import { checkNginx, nginxFolder, nginxIn, selfSigned } from '../support/nginx.ts'
import { startPhpFpm } from '../support/php-fpm.ts'
import { send, startEcho, type Echo } from './echo.ts'

const examples = fileURLToPath(new URL('../../nginx/examples/', import.meta.url))
const script = fileURLToPath(new URL('front-controller.php', import.meta.url))

interface Seen {
  readonly script: string
  readonly file: string
  readonly pathInfo: string
  readonly query: string
  readonly proxy: string
}

/** Stud.IP's own web server, for the sites that pass everything on. */
const behind = (port: number, socket: string, path: string): string => `
server {
  listen 127.0.0.1:${port};
  root ${path}/www;
  location ~ ^(?<script>/.*?\\.php)(?<path>/.*)?$ {
    include fastcgi_params;
    fastcgi_param SCRIPT_NAME $script;
    fastcgi_param SCRIPT_FILENAME $document_root$script;
    fastcgi_param PATH_INFO $path;
    fastcgi_pass unix:${socket};
  }
}`

/** The example with the addresses of this test; `last`: with our includes below everything else. */
async function startSite(name: string, sidecar: string, socket: string, last: boolean) {
  const [port, inner] = [await freePort(), await freePort()]
  const directory = await nginxFolder({ sidecar, php: '' }, port)
  const { path } = directory
  await selfSigned(path)
  for (const folder of ['srv', 'www']) mkdirSync(join(path, folder))
  for (const folder of ['srv', 'www', 'www/studip']) {
    mkdirSync(join(path, folder), { recursive: true })
    for (const file of ['dispatch.php', 'index.php', 'jsonapi.php']) cpSync(script, join(path, folder, file))
  }
  const site = (await readFile(join(examples, name), 'utf8'))
    .replace('listen 443 ssl', `listen 127.0.0.1:${port}`)
    .replace(/\/etc\/ssl\/\S+\.pem/, `${path}/tls.pem`)
    .replace(/\/etc\/ssl\/\S+\.key/, `${path}/tls.key`)
    .replaceAll('/srv/studip/public', `${path}/srv`)
    .replaceAll('/srv/www', `${path}/www`)
    .replaceAll('unix:/run/php/php-fpm.sock', `unix:${socket}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${inner}`)
  const [, ours = ''] = /((?: {4}include studip-oauth2.*\n)+)/.exec(site) ?? []
  await writeFile(
    join(path, 'nginx.conf'),
    `daemon off; pid ${path}/nginx.pid; error_log stderr; ${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((temp) => `${temp}_temp_path ${path}/${temp};`).join('\n')}
${last ? site.replace(ours, '').replace(/\}\n$/, `${ours}}\n`) : site}
${behind(inner, socket, path)}
}`,
  )
  await checkNginx(path)
  const nginx = await startProcess({ ...nginxIn(path), ready: () => answers(port) })
  return {
    port,
    path,
    async stop() {
      await nginx.stop('SIGQUIT')
      directory.remove()
    },
  }
}

let fpm: Awaited<ReturnType<typeof startPhpFpm>>
before(async () => {
  fpm = await startPhpFpm()
})
after(() => fpm?.stop())

for (const name of readdirSync(examples)) {
  for (const last of [false, true]) {
    describe(`site of nginx/examples/${name}${last ? ', our includes below all others' : ''}`, () => {
      const base = name.startsWith('root') ? '/' : '/studip/'
      let sidecar: Echo, site: Awaited<ReturnType<typeof startSite>>
      before(async () => {
        sidecar = await startEcho('sidecar')
        site = await startSite(name, sidecar.address, fpm.socket, last)
      })
      after(() => Promise.all([site.stop(), sidecar.stop()]))

      it('R4 sends to the service what is ours, in every spelling', async () => {
        for (const path of [
          'api/oauth2/authorize?state=a%2Fb',
          'api/oauth2/token',
          'api/oauth2/token/index',
          'api/oauth2/introspect',
          'api/oauth2/assets/style.css',
          'admin/oauth2',
          'api//oauth2/authorize',
          'api/%6fauth2/authorize',
          'api%2Foauth2%2Fauthorize',
          'api/oauth2.html',
          'api/oauth2;x',
        ]) {
          const sent = `${base}dispatch.php/${path}`
          expect((await send(site.port, sent)).reached, path).to.include({ who: 'sidecar', path: sent })
        }
        expect((await send(site.port, `${base}dispatch.php/api/oauth2/authorize/../../../start`)).status).to.equal(400)
      })

      it("R4 leaves the rest to Stud.IP's PHP as it was", async () => {
        for (const [path, info] of [
          ['dispatch.php/start', '/start'],
          ['dispatch.php/api/oauth2xyz', '/api/oauth2xyz'],
          ['index.php', ''],
          ['jsonapi.php/v1/users/me', '/v1/users/me'],
        ] as const) {
          const { reached } = await send(site.port, base + path)
          expect(reached, path).to.include({ who: 'php', path: base + path })
          expect((reached as unknown as Seen).pathInfo).to.equal(info)
        }
      })

      it('D20 leads from the start page to a request that waits', async () => {
        const answer = await send(site.port, `${base}dispatch.php/start`, {
          headers: { cookie: 'studip_oauth2_resume=1' },
        })
        expect([answer.status, answer.headers.location]).to.deep.equal([
          302,
          `${base}dispatch.php/api/oauth2/resume?from=start`,
        ])
      })

      it('D24 S-124 S-127 hands PHP what stands in for a sealed token, and everything else as it came', async () => {
        const [sealed, cookie] = ['Bearer a.b.c.d.e', 'Studip_Session=x; a=b']
        const at = async (
          authorization: string | undefined,
          method = 'GET',
          path = 'jsonapi.php/v1/users%2Fme?a=%2F',
        ) => {
          const headers = {
            ...(authorization !== undefined && { authorization }),
            cookie,
            'x-http-method-override': 'PUT',
          }
          return send(site.port, base + path, { headers, method, ...(method === 'POST' && { body: 'x' }) })
        }
        const { reached } = await at(sealed)
        expect(reached).to.include({ who: 'php', method: 'GET' })
        expect(reached?.headers).to.deep.equal({ authorization: 'Bearer handed.to.php', cookie: null, override: null })
        const { pathInfo, query } = reached as unknown as Seen
        expect({ pathInfo, query }).to.deep.equal({ pathInfo: '/v1/users/me', query: 'a=%2F' })
        // Passed on to another web server, a path that was rewritten is encoded anew.
        expect(decodeURIComponent(reached?.path ?? '')).to.equal(`${base}jsonapi.php/v1/users/me?a=/`)
        const refused = await at(sealed, 'POST')
        expect([refused.status, refused.body]).to.deep.equal([403, '{"errors":[]}'])
        for (const other of ['Bearer a.b.c', 'Basic eA==', undefined])
          for (const method of ['GET', 'POST'])
            for (const path of ['jsonapi.php/v1/users/me', 'dispatch.php/start', 'index.php'])
              expect((await at(other, method, path)).reached?.headers, `${other} ${path}`).to.deep.equal({
                authorization: other ?? null,
                cookie,
                override: null,
              })
      })

      it("R4 S-085 hands token requests to Stud.IP's PHP, script file and all, and nothing else", async () => {
        await sidecar.stop()
        for (const path of ['token', 'token/index']) {
          const { status, reached } = await send(site.port, `${base}dispatch.php/api/oauth2/${path}?x=%2F`, {
            method: 'POST',
            body: 'grant_type=refresh_token',
            headers: { authorization: 'Basic eA==', proxy: 'evil' },
          })
          expect(status).to.equal(200)
          expect(reached).to.include({ who: 'php', method: 'POST', body: 'grant_type=refresh_token' })
          expect(reached?.headers.authorization).to.equal('Basic eA==')
          const { script: at, file, pathInfo, query, proxy } = reached as unknown as Seen
          expect({ at, pathInfo, query, proxy }).to.deep.equal({
            at: `${base}dispatch.php`,
            pathInfo: `/api/oauth2/${path}`,
            query: 'x=%2F',
            proxy: '',
          })
          expect(file).to.match(/^\/.*\/dispatch\.php$/)
        }
        for (const [path, method] of [
          ['token', 'GET'],
          ['authorize', 'GET'],
          ['authorize', 'POST'],
          ['revoke', 'POST'],
        ] as const) {
          const answer = await send(site.port, `${base}dispatch.php/api/oauth2/${path}`, { method })
          expect([answer.status, answer.reached], path).to.deep.equal([503, undefined])
        }
      })
    })
  }
}
