// Reads the global variables that a PHP configuration file assigns, from its syntax tree. Nothing is executed.
import { Engine } from 'php-parser'
import {
  evaluate,
  phpText,
  tree,
  truthy,
  type MaybeReading,
  type PhpScope,
  type Reading,
  type Tree,
} from './php-value.ts'

export interface PhpAssignments {
  /** Undefined as a value: assigned, but in a way that only PHP could compute. */
  readonly variables: ReadonlyMap<string, MaybeReading>
  /** True when the file includes or evaluates other code, which may assign anything. */
  readonly includesOthers: boolean
}

interface Walk {
  readonly variables: Map<string, MaybeReading>
  readonly environment: PhpScope['environment']
  includesOthers: boolean
}

const opaqueCalls = new Set(['extract', 'parse_str', 'eval', 'require_once', 'include_once'])

/** `$NAME` or `$GLOBALS['NAME']`; undefined for any other place. */
const globalName = (place: Tree): string | undefined => {
  if (place.kind === 'variable' && typeof place['name'] === 'string') return place['name']
  if (place.kind !== 'offsetlookup' || !place['offset']) return undefined
  const offset = tree(place['offset'])
  return tree(place['what'])['name'] === 'GLOBALS' && offset.kind === 'string' ? String(offset['value']) : undefined
}

const children = (node: Tree): Tree[] =>
  Object.entries(node)
    .flatMap(([key, value]) =>
      key === 'loc' || key === 'leadingComments' || key === 'trailingComments' ? [] : [value].flat(),
    )
    .filter((value): value is Tree => typeof value === 'object' && value !== null && 'kind' in value)

/** Everything that a piece of code we do not follow may assign counts as unreadable. */
const distrust = (node: Tree, walk: Walk): void => {
  if (['function', 'class', 'closure', 'arrowfunc', 'interface', 'trait'].includes(node.kind)) return
  if (node.kind === 'include' || node.kind === 'eval') walk.includesOthers = true
  if (node.kind === 'call' && opaqueCalls.has(String(tree(node['what'])['name']))) walk.includesOthers = true
  if (node.kind === 'assign' || node.kind === 'assignref') {
    const name = rootName(tree(node['left']))
    if (name === undefined) walk.includesOthers = true
    else walk.variables.set(name, undefined)
  }
  for (const child of children(node)) distrust(child, walk)
}

/** The variable that `$X`, `$X['a']['b']` and `$GLOBALS['X']` belong to. */
const rootName = (place: Tree): string | undefined =>
  globalName(place) ?? (place.kind === 'offsetlookup' ? rootName(tree(place['what'])) : undefined)

const merged = (holder: MaybeReading, key: MaybeReading, value: MaybeReading): MaybeReading => {
  if (!key || !value || (holder && !(holder.value instanceof Map))) return undefined
  const entries = new Map<string, Reading>(holder?.value as ReadonlyMap<string, Reading> | undefined)
  return { value: entries.set(phpText(key) ?? '', value), assumed: holder?.assumed ?? false }
}

const assign = (node: Tree, walk: Walk): void => {
  const left = tree(node['left'])
  const value = node['operator'] === '=' ? evaluate(tree(node['right']), walk) : undefined
  const name = globalName(left)
  if (value === undefined) distrust(tree(node['right']), walk)
  if (name !== undefined) return void walk.variables.set(name, value)
  const [what, offset] = [tree(left['what'] ?? left), left['offset']]
  const holder = left.kind === 'offsetlookup' ? globalName(what) : undefined
  if (holder === undefined || !offset) return distrust(node, walk)
  const before = walk.variables.has(holder) ? (walk.variables.get(holder) ?? { value: '', assumed: false }) : undefined
  walk.variables.set(holder, merged(before, evaluate(tree(offset), walk), value))
}

const branch = (node: Tree, walk: Walk): void => {
  const test = tree(node['test'])
  if (test.kind === 'assign') assign(test, walk)
  const outcome = evaluate(test.kind === 'assign' ? tree(test['left']) : test, walk)
  if (!outcome) return distrust(node, walk)
  const taken = truthy(outcome) ? node['body'] : node['alternate']
  if (outcome.assumed && !truthy(outcome)) assumeAll(tree(node['body']), walk)
  if (taken) statement(tree(taken), walk)
}

/** A branch that PHP may take, because its environment may differ from ours: what it would assign is only assumed. */
const assumeAll = (node: Tree, walk: Walk): void => {
  const inside: Walk = { variables: new Map(), environment: walk.environment, includesOthers: false }
  distrust(node, inside)
  for (const name of inside.variables.keys()) {
    const value = walk.variables.get(name)
    if (value) walk.variables.set(name, { ...value, assumed: true })
  }
}

const statement = (node: Tree, walk: Walk): void => {
  if (node.kind === 'expressionstatement') return expression(tree(node['expression']), walk)
  if (node.kind === 'namespace' || node.kind === 'block' || node.kind === 'program')
    return (node['children'] as Tree[]).forEach((child) => statement(child, walk))
  if (node.kind === 'if') return branch(node, walk)
  distrust(node, walk)
}

const expression = (node: Tree, walk: Walk): void =>
  node.kind === 'assign' ? assign(node, walk) : distrust(node, walk)

/** Global variables assigned by PHP source text. Throws SyntaxError when it is not PHP. `start` continues an earlier file. */
export const readAssignments = (
  source: string,
  environment: PhpScope['environment'],
  start: PhpAssignments['variables'] = new Map(),
): PhpAssignments => {
  const parser = new Engine({ parser: { version: 803, suppressErrors: false }, ast: { withPositions: false } })
  const walk: Walk = { variables: new Map(start), environment, includesOthers: false }
  statement(tree(parser.parseCode(source, 'config')), walk)
  return { variables: walk.variables, includesOthers: walk.includesOthers }
}
