// PHP source as a syntax tree, by the kept parser. Text goes in with one byte in each character, as PHP reads it.
import { Engine, type Node } from 'php-parser'
import type { Place, Unread } from './value.ts'

/** The loose shape of a node: the parser's own types do not tell the kinds apart. */
export type Tree = Node & Readonly<Record<string, unknown>>
export const tree = (value: unknown): Tree => value as Tree

/** A file that is not PHP, or nested too deeply to be read. */
export class PhpSyntaxError extends Error {
  override readonly name = 'PhpSyntaxError'
  readonly place: Place

  constructor(place: Place, options?: ErrorOptions) {
    super(`${place.file} is not PHP (line ${place.line})`, options)
    this.place = place
  }
}

/** The tree of a whole file. Throws PhpSyntaxError. */
export const parsePhp = (source: string, file: string): Tree => {
  const parser = new Engine({
    parser: { version: 803, suppressErrors: false },
    ast: { withPositions: true },
    // Stud.IP's own templates begin with `<?`: PHP reads it wherever Stud.IP runs.
    lexer: { short_tags: true },
  })
  try {
    return tree(parser.parseCode(source.replace(/^\xEF\xBB\xBF/, ''), file))
  } catch (cause) {
    const { lineNumber } = cause as { lineNumber?: unknown }
    throw new PhpSyntaxError({ file, line: typeof lineNumber === 'number' ? lineNumber : 1 }, { cause })
  }
}

export const placeOf = (node: Tree, file: string): Place => ({ file, line: node.loc?.start.line ?? 1 })
/** Not understood, and where. */
export const unread = (node: Tree, file: string): Unread => ({ unread: placeOf(node, file) })

/** The nodes directly below one. */
export const children = (node: Tree): readonly Tree[] =>
  Object.entries(node)
    .flatMap(([key, value]) => (/^(loc|.*Comments)$/.test(key) ? [] : [value].flat()))
    .filter((value): value is Tree => typeof value === 'object' && value !== null && 'kind' in value)

/** `foo`, `\foo`, `A\foo` of a call or constant; undefined for a name that is computed. */
export const nameOf = (node: Tree): string | undefined =>
  node.kind === 'name' || node.kind === 'identifier' ? String(node['name']).replace(/^\\/, '') : undefined
