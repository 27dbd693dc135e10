// Arrays in either notation, `...` included.
import type { Reader } from './scope.ts'
import { tree, unread, type Tree } from './syntax.ts'
import { isArray, isRead, phpKey, withEntry, type PhpArray, type PhpValue, type Reading } from './value.ts'

/** All entries of another array behind `...`, which get new numbers. */
const spread = (entries: PhpArray, value: PhpValue): PhpArray | undefined =>
  isArray(value)
    ? [...value].reduce((all, [name, one]) => withEntry(all, /^-?\d+$/.test(name) ? undefined : name, one), entries)
    : undefined

/** The array with one more item; undefined where PHP would do more than add it. */
const grown = (entries: PhpArray, item: Tree, value: PhpValue, key: PhpValue | undefined): PhpArray | undefined => {
  if (item['byRef'] === true) return undefined
  if (item['unpack'] === true) return spread(entries, value)
  const name = key === undefined ? undefined : phpKey(key)
  return key !== undefined && name === undefined ? undefined : withEntry(entries, name, value)
}

const array: Reader = (node, run) => {
  let entries: Reading & { readonly value: PhpArray } = { value: new Map(), assumed: false }
  for (const item of node['items'] as Tree[]) {
    const key = item['key'] ? run.evaluate(tree(item['key'])) : undefined
    const value = run.evaluate(tree(item['value'] ?? item))
    if (!isRead(value)) return value
    if (key && !isRead(key)) return key
    const next = grown(entries.value, item, value.value, key?.value)
    if (!next) return unread(item, run.scope.file)
    entries = { value: next, assumed: [entries, value, key].some((part) => part?.assumed === true) }
  }
  return entries
}

export const arrayReaders: Readonly<Record<string, Reader>> = { array }
