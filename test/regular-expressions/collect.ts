// Every regular expression that the project ships: src/, templates/, bin/, nginx/ and the examples of docs/.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Expression } from './expression.ts'
import { expressionsOfJavaScript } from './javascript.ts'
import { expressionsOfApache, expressionsOfNginx } from './web-servers.ts'

const root = join(import.meta.dirname, '../..')
const filesIn = (folder: string, name: RegExp): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .map((file) => join(folder, file))
const text = (file: string): string => readFileSync(join(root, file), 'utf8')
const lineAt = (whole: string, index: number): number => whole.slice(0, index).split('\n').length

/** Blocks between marks, each with its line. */
const blocks = (whole: string, marks: RegExp): readonly { readonly block: string; readonly line: number }[] =>
  [...whole.matchAll(marks)].map((found) => {
    const block = found[1] ?? ''
    return { block, line: lineAt(whole, found.index + found[0].indexOf(block)) }
  })

const documents = (): readonly string[] => [...filesIn('docs', /\.md$/), ...filesIn('.', /^[^/]+\.md$/)]
const fenced = (languages: string): RegExp => new RegExp(`\`\`\`(?:${languages})\\n(.*?)\`\`\``, 'gs')

/** What Node runs. */
export const javaScript = (): readonly Expression[] => [
  ...filesIn('src', /\.[cm]?[jt]s$/).flatMap((file) => expressionsOfJavaScript(text(file), file)),
  ...filesIn('templates', /\.[cm]?js$/).flatMap((file) => expressionsOfJavaScript(text(file), file)),
  ...filesIn('templates', /\.ejs$/).flatMap((file) =>
    blocks(text(file), /<%[-=_]?((?!#).*?)[-_]?%>/gs).flatMap(({ block, line }) =>
      expressionsOfJavaScript(block, file, line),
    ),
  ),
  ...documents().flatMap((file) =>
    blocks(text(file), fenced('js|ts|javascript|typescript|mjs')).flatMap(({ block, line }) =>
      expressionsOfJavaScript(block, file, line),
    ),
  ),
]

/** What nginx and Apache run. */
export const pcre = (): readonly Expression[] => [
  ...filesIn('nginx', /\.conf$/).flatMap((file) => expressionsOfNginx(text(file), file)),
  ...documents().flatMap((file) => [
    ...blocks(text(file), fenced('nginx')).flatMap(({ block, line }) => expressionsOfNginx(block, file, line)),
    ...blocks(text(file), fenced('apache')).flatMap(({ block, line }) => expressionsOfApache(block, file, line)),
  ]),
]
