// Templates are compiled when they are asked for, and all of them before the service says that it is ready.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { createTemplates, type TemplateValues } from '../../src/views/render.ts'
import { temporaryDirectory } from '../support/child-process.ts'

describe('createTemplates(folder)', () => {
  const nothing = {} as TemplateValues
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  const write = (name: string, text: string) => writeFileSync(join(folder.path, `${name}.ejs`), text)
  before(async () => {
    folder = await temporaryDirectory('templates')
    mkdirSync(join(folder.path, 'parts'))
    write('layout', '<main><%- body %></main>')
    write('page', '<%- embed("part", { part: 1 }) %>')
    write('parts/part', 'part <%= part %>')
  })
  after(() => folder.remove())

  it('renders a template with its parts inside a layout', () => {
    const { render } = createTemplates(folder.path)
    expect(render('page', 'layout', nothing)).to.equal('<main>part 1</main>')
    expect(() => render('other', 'layout', nothing)).to.throw('There is no template other')
  })

  it('reads no file any more once all are compiled', () => {
    const { render, compileAll } = createTemplates(folder.path)
    compileAll()
    rmSync(join(folder.path, 'page.ejs'))
    expect(render('page', 'layout', nothing)).to.equal('<main>part 1</main>')
  })

  it('finds a fault in any of them before somebody opens the page', () => {
    write('faulty', '<% if (m.x { %>')
    const { compileAll } = createTemplates(folder.path)
    expect(compileAll).to.throw(/faulty\.ejs|Unexpected|missing/)
  })
})
