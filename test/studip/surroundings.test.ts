// The theme, Stud.IP's own pages, contrast and picture, read from a real database and a real folder.
import { expect } from 'chai'
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSurroundings } from '../../src/studip/surroundings.ts'
import { pictureOf } from '../../src/studip/pictures.ts'
import { users } from '../fixtures/users.ts'
import { testDatabase, type TestDatabase } from '../support/mariadb.ts'

const webp = Buffer.concat([Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1'), Buffer.alloc(8)])
const png = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')
const v61 = { major: 6, minor: 1, text: '6.1' }
const v54 = { major: 5, minor: 4, text: '5.4.11' }
const id = users.autor.user_id

describe('what the frame depends on', () => {
  let database: TestDatabase
  let studipPath: string
  const told: string[] = []
  const surroundings = (studipVersion = v61, path: string | undefined = studipPath) => {
    told.length = 0
    return createSurroundings({
      db: database.knex,
      settings: { studipPath: path, studipVersion },
      tellOdd: (about, problem) => void told.push(`${about}: ${problem}`),
    })
  }
  before(async () => {
    database = await testDatabase({ studip: '6.0' })
    studipPath = await mkdtemp(join(tmpdir(), 'studip-'))
  })
  after(async () => {
    await database.drop()
    await rm(studipPath, { recursive: true, force: true })
  })

  it('R8 the age of the theme is that of its row; a row without a file is odd, and so is none', async () => {
    expect((await surroundings().site()).themeChangedAt).to.equal(undefined)
    await database.knex('plugin_assets').insert({ asset_id: 'studip-theme', plugin_id: 0, chdate: 1_795_000_000 })
    expect((await surroundings().site()).themeChangedAt).to.equal(1_795_000_000)
    expect(told).to.deep.equal(['theme: has a row, and no file data/assets_cache/theme.css'])
    await mkdir(join(studipPath, 'data/assets_cache'), { recursive: true })
    await writeFile(join(studipPath, 'data/assets_cache/theme.css'), ':root {}')
    await surroundings().site()
    expect(told).to.deep.equal([])
    expect((await surroundings(v54).site()).themeChangedAt).to.equal(undefined)
    expect(told).to.deep.equal([])
  })

  it('U5 drafts and pages for users only are known', async () => {
    const row = { rubric_id: 1, name: 'x', content: 'y' }
    await database.knex('siteinfo_details').insert([
      { ...row, detail_id: 7 },
      { ...row, detail_id: 9, draft_status: 1 },
      { ...row, detail_id: 10, page_disabled_nobody: 1 },
    ])
    const { pages } = await surroundings().site()
    expect([...(pages ?? [])]).to.deep.equal([
      ['7', { isDraft: false, isForUsersOnly: false }],
      ['9', { isDraft: true, isForUsersOnly: false }],
      ['10', { isDraft: false, isForUsersOnly: true }],
    ])
  })

  it('R14 a table that may not be read is told once a look, and the page goes without', async () => {
    await database.knex.raw('RENAME TABLE siteinfo_details TO aside')
    try {
      const { pages, themeChangedAt } = await surroundings().site()
      expect(pages).to.equal(undefined)
      expect(themeChangedAt).to.equal(1_795_000_000)
      expect(told).to.deep.equal(['siteinfo_details: cannot be read (ER_NO_SUCH_TABLE)'])
    } finally {
      await database.knex.raw('RENAME TABLE aside TO siteinfo_details')
    }
  })

  it('R6 the picture is that of the version, in the folder of the version', async () => {
    expect(await pictureOf(id, { studipPath, studipVersion: v61 })).to.deep.equal({ kind: 'none' })
    const folder = join(studipPath, 'public/pictures/user', id.slice(0, 2))
    await mkdir(folder, { recursive: true })
    const file = join(folder, `${id}_medium.webp`)
    await writeFile(file, webp)
    await utimes(file, 1_795_000_000, 1_795_000_000)
    expect(await pictureOf(id, { studipPath, studipVersion: v61 })).to.deep.equal({
      kind: 'set',
      paths: {
        small: `pictures/user/${id.slice(0, 2)}/${id}_small.webp?d=1795000000`,
        medium: `pictures/user/${id.slice(0, 2)}/${id}_medium.webp?d=1795000000`,
      },
    })
    expect(await pictureOf(id, { studipPath, studipVersion: v54 })).to.deep.equal({ kind: 'none' })
    await writeFile(join(studipPath, 'public/pictures/user', `${id}_medium.png`), png)
    expect(await pictureOf(id, { studipPath, studipVersion: v54 })).to.have.property('kind', 'set')
    expect(await pictureOf(id, { studipPath: undefined, studipVersion: v61 })).to.deep.equal({ kind: 'none' })
    expect(await pictureOf('../../etc', { studipPath, studipVersion: v61 })).to.deep.equal({ kind: 'none' })
  })

  it('R6 a picture that is none, a folder, a file without a byte and a loop are odd, and the standard picture stands in', async () => {
    const file = join(studipPath, 'public/pictures/user', id.slice(0, 2), `${id}_medium.webp`)
    const kinds: [string, () => Promise<unknown>][] = [
      ['no picture', () => writeFile(file, '<script>alert(1)</script>')],
      ['empty', () => writeFile(file, '')],
      ['a folder', () => mkdir(file)],
      ['a loop', () => symlink(file, file)],
    ]
    for (const [what, make] of kinds) {
      await rm(file, { recursive: true, force: true })
      await make()
      const found = await surroundings().person(id)
      expect(found.picture, what).to.have.property('kind', 'odd')
      expect(told, what).to.have.length(1)
      expect(told[0], what).to.match(/^pictures: /)
    }
    await rm(file, { recursive: true, force: true })
  })

  it('R6 a folder of pictures that is missing, or a file in its place, is nothing odd', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'studip-'))
    try {
      expect(await pictureOf(id, { studipPath: empty, studipVersion: v61 })).to.deep.equal({ kind: 'none' })
      await mkdir(join(empty, 'public'))
      await writeFile(join(empty, 'public/pictures'), 'x')
      expect(await pictureOf(id, { studipPath: empty, studipVersion: v61 })).to.deep.equal({ kind: 'none' })
    } finally {
      await chmod(empty, 0o700)
      await rm(empty, { recursive: true, force: true })
    }
  })
})
