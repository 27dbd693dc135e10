// nginx -t (which binds the ports too) on every combination of the shipped snippets, and on the example site.
import { expect } from 'chai'
import { readFile, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:https'
import { join } from 'node:path'
import { freePort } from '../support/free-port.ts'
import { checkNginx, nginxFolder, startNginx } from '../support/nginx.ts'
import { startEcho } from './echo.ts'

const snippet = (name: string): Promise<string> => readFile(new URL(`../../nginx/${name}`, import.meta.url), 'utf8')
const addresses = { sidecar: '127.0.0.1:8765', php: '127.0.0.1:8080' }

describe('nginx snippets', () => {
  for (const base of ['/', '/studip/'] as const) {
    for (const failover of ['php', 'off'] as const) {
      for (const tls of [false, true]) {
        it(`pass nginx -t: base ${base}, failover ${failover}, ${tls ? 'https' : 'http'}`, async () => {
          const folder = await nginxFolder({ ...addresses, base, failover, tls }, await freePort())
          await checkNginx(folder.path)
          folder.remove()
        })
      }
    }
  }

  it('pass nginx -t with several instances and unix sockets', async () => {
    const folder = await nginxFolder(
      { php: 'unix:/run/php/php-fpm.sock', sidecar: ['127.0.0.1:8765', 'unix:/run/studip-oauth2/a.sock'] },
      await freePort(),
    )
    await checkNginx(folder.path)
    folder.remove()
  })

  it('fail nginx -t when something is wrong with them', async () => {
    const folder = await nginxFolder(addresses, await freePort())
    await writeFile(join(folder.path, 'studip-oauth2/root.conf'), 'proxy_pas http://studip_oauth2;')
    expect(
      await checkNginx(folder.path).then(
        () => 'fine',
        (error: Error) => error.message,
      ),
    ).to.include('unknown directive "proxy_pas"')
    folder.remove()
  })

  it('are the same for root and sub-path but for the path', async () => {
    const withoutHead = (text: string): string => text.slice(text.indexOf('\nset '))
    const expected = withoutHead(await snippet('root.conf'))
      .replace('base /;', 'base /studip/;')
      .replaceAll(/\/dispatch(?=\\?\.php)/g, '/studip/dispatch')
      .replaceAll('/+dispatch', '/+studip/+dispatch')
      .replaceAll('/jsonapi', '/studip/jsonapi')
    expect(withoutHead(await snippet('sub-path.conf'))).to.equal(expected)
  })

  it('S-082 tell the service that the browser speaks https', async () => {
    const [sidecar, php] = await Promise.all([startEcho('sidecar'), startEcho('php')])
    const nginx = await startNginx({ sidecar: sidecar.address, php: php.address, tls: true })
    const body = await new Promise<string>((resolve, reject) => {
      get(
        `${nginx.url}dispatch.php/api/oauth2/authorize`,
        { agent: new Agent({ rejectUnauthorized: false }), headers: { 'x-forwarded-proto': 'http' } },
        (res) => {
          res.setEncoding('utf8').once('data', resolve)
        },
      ).once('error', reject)
    })
    expect((JSON.parse(body) as { headers: Record<string, string> }).headers['x-forwarded-proto']).to.equal('https')
    await Promise.all([nginx.stop(), sidecar.stop(), php.stop()])
  })
})
