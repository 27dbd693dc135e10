// The tables of settings in the documentation are those of the code, word for word, and every setting is read somewhere.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'chai'
import { documentedSettings } from '../../src/config/table.ts'

const root = new URL('../../', import.meta.url).pathname
const rows = documentedSettings.map(({ name, fallback, meaning }) => `| \`${name}\` | ${fallback} | ${meaning} |`)

describe('documentation of the settings', () => {
  for (const file of ['README.md', 'docs/operations.md']) {
    it(`${file} has exactly the settings of the code`, async () => {
      const lines = (await readFile(path.join(root, file), 'utf8')).split('\n')
      expect(lines.filter((line) => /^\| `[A-Z_]+` \|/.test(line) && !line.includes('studip_oauth2_'))).to.deep.equal(
        rows,
      )
    })
  }

  it('no other file but config.ts reads the environment for settings', async () => {
    const files = (await readdir(path.join(root, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'))
    const readers: string[] = []
    for (const name of files) {
      const text = await readFile(path.join(root, 'src', name), 'utf8')
      if (/process\.env(?!\b.*(loadSettings|resolveSettings))\s*[.[]/.test(text)) readers.push(name)
    }
    expect(readers).to.deep.equal([])
  })

  it('the unit files name commands and options that exist', async () => {
    const folder = path.join(root, 'docs/systemd')
    const units = await Promise.all((await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')))
    const commands = units.flatMap((unit) =>
      [...unit.matchAll(/^ExecStart=\S+\/bin\/studip (.*)$/gm)].map(([, command]) => command),
    )
    expect(commands).to.have.members(['oauth2:serve', 'oauth2:purge --pause 50'])
  })
})
