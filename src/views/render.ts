// EJS templates, compiled once.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ejs from 'ejs'
import { onFirstUse } from '../on-first-use.ts'

/** What every template sees: `page` (its frame), `m` (its own values), `t` and `pieces` (texts), and how to write addresses and times. */
export const templateNames = ['page', 'm', 't', 'pieces', 'url', 'icon', 'when', 'moment', 'day'] as const
/** `body` is for layouts, `embed` renders a part (templates/parts/), `part` is what it is handed. */
const locals = ['body', 'embed', 'part']

export type TemplateValues = Readonly<Record<(typeof templateNames)[number], unknown>>

/** The folder templates/, from the sources as well as from dist/. */
export const templatesPath = (): string => {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'templates', 'layout.ejs'))) {
    if (folder === dirname(folder)) throw new Error('The folder templates/ is missing')
    folder = dirname(folder)
  }
  return join(folder, 'templates')
}

export interface Templates {
  /** Renders a template inside a layout, both named without `.ejs`. */
  readonly render: (template: string, layout: string, values: TemplateValues) => string
  /** Compiles those that nobody asked for yet. @throws the fault of the first that has one */
  readonly compileAll: () => void
}

const namesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ejs'))
    .map((name) => name.replace('.ejs', ''))

/**
 * The templates of a folder. Parts come out of memory: the include() of EJS asks the file system each time, a dozen times a page,
 * and copies all values twice.
 */
export const createTemplates = (folder: string = templatesPath()): Templates => {
  const compile = (name: string) =>
    ejs.compile(readFileSync(join(folder, `${name}.ejs`), 'utf8'), {
      filename: join(folder, `${name}.ejs`),
      strict: true,
      destructuredLocals: [...templateNames, ...locals],
    })
  const templates = new Map(namesBelow(folder).map((name) => [name, onFirstUse(() => compile(name))]))
  const find = (name: string) => {
    const template = templates.get(name)
    if (!template) throw new Error(`There is no template ${name}`)
    return template()
  }
  return {
    render: (template, layout, values) => {
      const embed = (name: string, more?: { readonly part: unknown }): string =>
        find(`parts/${name}`)({ ...values, ...more, embed })
      return find(layout)({ ...values, embed, body: find(template)({ ...values, embed }) })
    },
    compileAll: () => {
      for (const compiled of templates.values()) compiled()
    },
  }
}
