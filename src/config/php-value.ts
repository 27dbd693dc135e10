// Evaluates the constant expressions of a PHP configuration file: literals, earlier variables, the environment.
// Nothing is executed; everything else is unreadable.
import type { Node } from 'php-parser'

export type PhpScalar = string | number | boolean | null
export type PhpArray = ReadonlyMap<string, Reading>
/** A value that was read. `assumed` when it rests on an environment variable that we do not see and PHP may. */
export interface Reading {
  readonly value: PhpScalar | PhpArray
  readonly assumed: boolean
}
/** Undefined stands for a value that only PHP could compute. */
export type MaybeReading = Reading | undefined

export interface PhpScope {
  readonly variables: ReadonlyMap<string, MaybeReading>
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The loose shape of a syntax tree node: php-parser's own types do not tell the kinds apart. */
export type Tree = Node & Readonly<Record<string, unknown>>
export const tree = (value: unknown): Tree => value as Tree

const known = (value: Reading['value'], assumed = false): Reading => ({ value, assumed })

/** PHP's truth of a value: '', '0', 0, null, false and the empty array are false. */
export const truthy = ({ value }: Reading): boolean =>
  value instanceof Map ? value.size > 0 : typeof value === 'string' ? value !== '' && value !== '0' : Boolean(value)

/** The text PHP makes of a scalar; undefined for an array. */
export const phpText = ({ value }: Reading): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number'
      ? String(value)
      : typeof value === 'object' && value !== null
        ? undefined
        : value
          ? '1'
          : ''

const fromEnvironment = (name: Reading, scope: PhpScope, missing: PhpScalar): Reading => {
  const value = scope.environment[phpText(name) ?? '']
  return value === undefined ? known(missing, true) : known(value)
}

const lookup = (node: Tree, scope: PhpScope): MaybeReading => {
  const offset = evaluate(tree(node['offset']), scope)
  const what = tree(node['what'])
  if (offset === undefined) return undefined
  if (what.kind === 'variable' && what['name'] === '_ENV') return fromEnvironment(offset, scope, null)
  const holder = evaluate(what, scope)
  if (!(holder?.value instanceof Map)) return undefined
  return (holder.value as PhpArray).get(phpText(offset) ?? '') ?? known(null, holder.assumed)
}

const call = (node: Tree, scope: PhpScope): MaybeReading => {
  const [argument] = node['arguments'] as Tree[]
  if (tree(node['what'])['name'] !== 'getenv' || !argument) return undefined
  const name = evaluate(argument, scope)
  return name && fromEnvironment(name, scope, false)
}

const both = (left: MaybeReading, right: MaybeReading, join: (a: string, b: string) => string): MaybeReading => {
  const [a, b] = [left && phpText(left), right && phpText(right)]
  return a === undefined || b === undefined ? undefined : known(join(a, b), left!.assumed || right!.assumed)
}

const choose = (test: MaybeReading, yes: () => MaybeReading, no: () => MaybeReading): MaybeReading => {
  if (!test) return undefined
  const chosen = truthy(test) ? yes() : no()
  return chosen && { ...chosen, assumed: chosen.assumed || test.assumed }
}

const binary = (node: Tree, scope: PhpScope): MaybeReading => {
  const left = evaluate(tree(node['left']), scope)
  const right = () => evaluate(tree(node['right']), scope)
  if (node['type'] === '??') return choose(left && known(left.value !== null, left.assumed), () => left, right)
  if (node['type'] === '.') return both(left, right(), (a, b) => a + b)
  if (node['type'] !== '*' && node['type'] !== '+') return undefined
  const [a, b] = [left?.value, right()?.value]
  return typeof a === 'number' && typeof b === 'number' ? known(node['type'] === '*' ? a * b : a + b) : undefined
}

const cast = (node: Tree, scope: PhpScope): MaybeReading => {
  const value = evaluate(tree(node['expr']), scope)
  const text = value && phpText(value)
  if (!value || text === undefined) return undefined
  if (node['type'] === 'bool' || node['type'] === 'boolean') return known(truthy(value), value.assumed)
  return node['type'] === 'string'
    ? known(text, value.assumed)
    : node['type'] === 'int'
      ? known(Number.parseInt(text, 10) || 0, value.assumed)
      : undefined
}

const array = (node: Tree, scope: PhpScope): MaybeReading => {
  const entries = new Map<string, Reading>()
  for (const [index, item] of (node['items'] as Tree[]).entries()) {
    const key = item['key'] ? evaluate(tree(item['key']), scope) : known(index)
    const value = evaluate(tree(item.kind === 'entry' ? item['value'] : item), scope)
    if (!key || !value) return undefined
    entries.set(phpText(key) ?? '', value)
  }
  return known(entries)
}

const readers: Readonly<Record<string, (node: Tree, scope: PhpScope) => MaybeReading>> = {
  string: (node) => known(node['value'] as string),
  nowdoc: (node) => known(node['value'] as string),
  number: (node) => known(Number(node['value'])),
  boolean: (node) => known(node['value'] as boolean),
  nullkeyword: () => known(null),
  variable: (node, scope) => scope.variables.get(String(node['name'])),
  offsetlookup: lookup,
  call,
  cast,
  array,
  bin: binary,
  silent: (node, scope) => evaluate(tree(node['expr']), scope),
  encapsed: (node, scope) =>
    (node['value'] as Tree[]).reduce<MaybeReading>(
      (text, part) => both(text, evaluate(tree(part['expression']), scope), (a, b) => a + b),
      known(''),
    ),
  retif: (node, scope) => {
    const test = evaluate(tree(node['test']), scope)
    return choose(
      test,
      () => (node['trueExpr'] ? evaluate(tree(node['trueExpr']), scope) : test),
      () => evaluate(tree(node['falseExpr']), scope),
    )
  },
  unary: (node, scope) => {
    const value = evaluate(tree(node['what']), scope)
    if (!value) return undefined
    if (node['type'] === '!') return known(!truthy(value), value.assumed)
    return node['type'] === '-' && typeof value.value === 'number' ? known(-value.value, value.assumed) : undefined
  },
}

/** The value of a constant expression, or undefined when only PHP could compute it. */
export const evaluate = (node: Tree, scope: PhpScope): MaybeReading => readers[node.kind]?.(node, scope)
