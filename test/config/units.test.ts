// systemd accepts the unit files that we ship.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url).pathname

describe('docs/systemd', () => {
  it('refuses what a sandbox does not allow, and kills nobody for it: Node asks for more than it needs', async () => {
    const services = (await readdir(path.join(root, 'docs/systemd'))).filter((name) => name.endsWith('.service'))
    expect(services.length).to.be.greaterThan(1)
    for (const name of services)
      expect(await readFile(path.join(root, 'docs/systemd', name), 'utf8'), name).to.match(
        /^SystemCallErrorNumber=EPERM$/m,
      )
  })

  it('is clean for systemd-analyze verify, and the service is well closed in', async function () {
    const missing = await run('systemd-analyze', ['--version']).then(
      () => false,
      () => true,
    )
    if (missing) return this.skip()
    const folder = await mkdtemp(path.join(tmpdir(), 'units-'))
    try {
      const names = await readdir(path.join(root, 'docs/systemd'))
      // verify wants the program to exist, so the paths are those of this checkout.
      for (const name of names)
        await writeFile(
          path.join(folder, name),
          (await readFile(path.join(root, 'docs/systemd', name), 'utf8')).replaceAll(
            '/opt/studip-oauth2',
            root.replace(/\/$/, ''),
          ),
        )
      const { stdout, stderr } = await run('systemd-analyze', [
        'verify',
        ...names.map((name) => path.join(folder, name)),
      ])
      const version = Number(/^systemd (\d+)/.exec((await run('systemd-analyze', ['--version'])).stdout)?.[1])
      // The line before it stands in for what an older systemd does not know.
      const old = /^.*Failed to parse service type, ignoring: notify-reload\n/m
      expect((stdout + stderr).replace(version < 253 ? old : /^$/, '')).to.equal('')
      const security = await run('systemd-analyze', [
        'security',
        '--offline=true',
        path.join(folder, 'studip-oauth2.service'),
      ]).catch(() => undefined)
      const level = Number(/exposure level for \S+: ([\d.]+)/.exec(security?.stdout ?? '')?.[1] ?? 0)
      expect(level).to.be.lessThan(2.5)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
