// Pages as trees of elements, without their texts, in the notation of test/fixtures/native; and where two trees differ.
import { readFileSync } from 'node:fs'

export interface Element {
  /** Tag, id, classes in order, role, type, name, and where a link or form leads; `~/` is the base. */
  readonly label: string
  readonly children: Element[]
}

const voids = new Set(['meta', 'link', 'img', 'input', 'br', 'hr', 'source'])
const token = /<!--[^]*?-->|<!DOCTYPE[^>]*>|<(\/?)([a-z][a-z0-9-]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*(\/?)>/gi
const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&#34;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
}
const plain = (text: string): string => text.replaceAll(/&(?:amp|#34|#39|lt|gt);/g, (entity) => entities[entity]!)

const placed = (address: string, base: string): string => {
  const path = address.replace(/^https?:\/\/[^/]*/, '')
  const shown = path.startsWith(base) ? `~/${path.slice(base.length)}` : path
  return shown
    .replace(/(clients\/delete\/)\d+/, '$1N')
    .replace(/(details\/)[0-9a-f]+/, '$1ID')
    .replace(/(report_barrier\?page=).*/, '$1…')
    .replace(/defaultDate=\d{4}-\d\d-\d\d/, 'defaultDate=DAY')
}

const labelOf = (tag: string, attributes: ReadonlyMap<string, string>, base: string): string => {
  const shown = (name: string) => (attributes.has(name) ? [`${name}=${attributes.get(name)}`] : [])
  const classes = attributes.get('class')?.split(/\s+/).filter(Boolean).sort()
  const address = attributes.get('href') ?? attributes.get('action')
  return [
    tag,
    ...shown('id'),
    ...(classes ? [`class=${classes.join(' ')}`] : []),
    ...['role', 'type', 'name', 'for', 'method'].flatMap(shown),
    ...(attributes.has('aria-label') ? ['aria-label=…'] : []),
    ...shown('aria-current'),
    ...(address === undefined ? [] : [`→ ${placed(plain(address), base)}`]),
  ].join(' ')
}

/** Equal neighbours count once: a list of three is a list. */
const push = (children: Element[], child: Element): void => {
  const last = children.at(-1)
  if (!last || JSON.stringify(last) !== JSON.stringify(child)) children.push(child)
}

/** The elements of a page of ours, whose markup is well-formed. */
export const elementsOf = (html: string, base: string): Element => {
  const root: Element = { label: '', children: [] }
  const open: Element[] = [root]
  for (const [, closing, tag = '', list = ''] of html.matchAll(token)) {
    if (!tag || tag === 'svg') continue
    if (closing) {
      const done = open.pop()!
      push(open.at(-1)!.children, done)
      continue
    }
    const attributes = new Map(
      [...list.matchAll(/([a-z-]+)(?:="([^"]*)")?/gi)].map(([, name = '', value = '']) => [name, value]),
    )
    const element = { label: labelOf(tag, attributes, base), children: [] }
    if (voids.has(tag)) push(open.at(-1)!.children, element)
    else open.push(element)
  }
  return root
}

/** A copy in which elements that match are replaced by their children, or have lost them. */
export const reshaped = (
  root: Element,
  how: { readonly unwrap: RegExp; readonly empty: RegExp; readonly rename: (label: string) => string },
): Element => ({
  label: how.rename(root.label),
  children: how.empty.test(root.label)
    ? []
    : root.children.flatMap((child) => {
        const copy = reshaped(child, how)
        return how.unwrap.test(child.label) ? copy.children : [copy]
      }),
})

/** The first element below `root` whose label matches. */
export const find = (root: Element, pattern: RegExp): Element | undefined => {
  for (const child of root.children) {
    const found = pattern.test(child.label) ? child : find(child, pattern)
    if (found) return found
  }
  return undefined
}

const treeOf = (lines: readonly string[]): Element => {
  const root: Element = { label: '', children: [] }
  const open: Element[] = [root]
  for (const line of lines) {
    const depth = line.length - line.trimStart().length
    open.length = depth + 1
    const element = { label: line.trim(), children: [] }
    open.at(-1)!.children.push(element)
    open.push(element)
  }
  return root
}

/** `user page kind` → what the native page of this version shows. */
export const nativePages = (version: string): ReadonlyMap<string, Element> => {
  const [, ...sections] = readFileSync(`test/fixtures/native/${version}.txt`, 'utf8').split(/^# (?=\S+ \S+ \S+$)/m)
  return new Map(
    sections.map((section) => {
      const [title = '', ...lines] = section.trimEnd().split('\n')
      return [title, treeOf(lines)]
    }),
  )
}

const nameOf = (label: string): string => label.split(' ')[0]!
const idOf = (label: string): string | undefined => / id=(\S+)/.exec(label)?.[1]

const withoutTag = (label: string): string => label.slice(nameOf(label).length)

/** Of the same id where either has one, else of the same tag, or alike in all but the tag. */
const isAlike = (a: Element, b: Element): boolean => {
  const [id, otherId] = [idOf(a.label), idOf(b.label)]
  if (id !== otherId) return false
  return (
    id !== undefined ||
    nameOf(a.label) === nameOf(b.label) ||
    (withoutTag(a.label) !== '' && withoutTag(a.label) === withoutTag(b.label))
  )
}

/** Longest common subsequence of two lists, as pairs of indices. */
const common = (a: readonly Element[], b: readonly Element[], isSame: (x: Element, y: Element) => boolean) => {
  const longest = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i]![j] = isSame(a[i]!, b[j]!)
        ? longest[i + 1]![j + 1]! + 1
        : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (isSame(a[i]!, b[j]!)) pairs.push([i++, j++])
    else if (longest[i + 1]![j]! >= longest[i]![j + 1]!) i++
    else j++
  }
  return pairs
}

/** Nameless elements are told by the first thing in them that has a name. */
const shown = ({ label, children }: Element): string =>
  label.includes('=') || label.includes('→') || !children[0] ? label : `${label} > ${shown(children[0])}`

/** Entry by entry: what is missing from ours, what we add, what is another; each with what it stands in. */
export const differences = (native: Element, ours: Element): readonly string[] => {
  const found: string[] = []
  const inside = (label: string) => (label === '' ? '' : `${label.replace(/ → .*/, '')} > `)
  const pair = (a: Element, b: Element, parent: Element): void => {
    if (a.label !== b.label) found.push(`other: ${inside(parent.label)}${a.label} | ${b.label}`)
    walk(a, b)
  }
  const between = (as: readonly Element[], bs: readonly Element[], parent: Element): void => {
    const pairs = common(as, bs, isAlike)
    const [left, right] = [new Set(pairs.map(([i]) => i)), new Set(pairs.map(([, j]) => j))]
    for (const [i, a] of as.entries()) if (!left.has(i)) found.push(`missing: ${inside(parent.label)}${shown(a)}`)
    for (const [j, b] of bs.entries()) if (!right.has(j)) found.push(`added: ${inside(parent.label)}${shown(b)}`)
    for (const [i, j] of pairs) pair(as[i]!, bs[j]!, parent)
  }
  const walk = (a: Element, b: Element): void => {
    const same = common(a.children, b.children, (x, y) => JSON.stringify(x) === JSON.stringify(y))
    let [i, j] = [0, 0]
    for (const [nextI, nextJ] of [...same, [a.children.length, b.children.length] as const]) {
      between(a.children.slice(i, nextI), b.children.slice(j, nextJ), a)
      ;[i, j] = [nextI + 1, nextJ + 1]
    }
  }
  walk(native, ours)
  return found
}
