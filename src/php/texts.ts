// Strings: quoted, with variables in them, heredoc and nowdoc.
import { stringOf, unescaped } from './literals.ts'
import type { Reader, Run } from './scope.ts'
import { tree, unread, type Tree } from './syntax.ts'
import { isRead, known, phpText, type Outcome } from './value.ts'

const raw = (node: Tree): string => String(node['raw'])
/** The parser takes blanks behind the closing label along. */
const labelled = (node: Tree): string => raw(node).trimEnd()

/** Without the line of its label, the line end before the closing label, and that label's indentation on every line. */
const withoutIndent = (body: string, indent: number): string =>
  indent === 0 ? body : body.replaceAll(new RegExp(`(?<=\\n|\\r)[ \\t]{1,${Math.min(indent, 1000)}}`, 'g'), '')
const indentOf = (source: string): number => /(?:\n|\r)([ \t]{0,1000})\w{1,100}$/.exec(source)?.[1]?.length ?? 0
const lineEnd = /(?:\r\n|\n|\r)[ \t]{0,1000}$/

const heredocParts = (node: Tree): readonly Tree[] => node['value'] as Tree[]

/** The source of each literal part of a heredoc, as PHP cuts it. */
const heredocTexts = (node: Tree): readonly (string | undefined)[] => {
  const indent = indentOf(labelled(node))
  const parts = heredocParts(node)
  return parts.map((part, index) => {
    const expression = tree(part['expression'])
    if (expression.kind !== 'string' || part['syntax'] !== null) return undefined
    const started = index === 0 ? `\n${raw(expression)}` : raw(expression)
    const cut = withoutIndent(index === parts.length - 1 ? started.replace(lineEnd, '') : started, indent)
    return index === 0 ? cut.replace(/^\n/, '') : cut
  })
}

const joined = (outcomes: readonly Outcome[], node: Tree, { scope }: Run): Outcome => {
  let [text, assumed] = ['', false]
  for (const outcome of outcomes) {
    const piece = isRead(outcome) ? phpText(outcome.value) : undefined
    if (!isRead(outcome)) return outcome
    if (piece === undefined) return unread(node, scope.file)
    text += piece
    assumed ||= outcome.assumed
  }
  return known(text, assumed)
}

const encapsed: Reader = (node, run) => {
  if (node['type'] !== 'string' && node['type'] !== 'heredoc') return unread(node, run.scope.file)
  const texts = node['type'] === 'heredoc' ? heredocTexts(node) : undefined
  const pieces = heredocParts(node).map((part, index): Outcome => {
    const expression = tree(part['expression'])
    if (part['syntax'] === null && expression.kind === 'string')
      return known(texts ? unescaped(texts[index] ?? '', '') : unescaped(raw(expression)))
    return run.evaluate(expression)
  })
  return joined(pieces, node, run)
}

const nowdoc: Reader = (node) => {
  const source = labelled(node)
  const body = source
    .slice(source.search(/[\r\n]/))
    .replace(/^\r\n/, '\n')
    .replace(/^\r/, '\n')
  const cut = body.slice(
    0,
    Math.max(body.length - (/(?:\r\n|\n|\r)[ \t]{0,1000}\w{1,100}$/.exec(body)?.[0].length ?? 0), 0),
  )
  return known(withoutIndent(cut, indentOf(source)).replace(/^\n/, ''))
}

export const textReaders: Readonly<Record<string, Reader>> = {
  string: (node, { scope }) => {
    const text = stringOf(raw(node))
    return text === undefined ? unread(node, scope.file) : known(text)
  },
  encapsed,
  nowdoc,
}
