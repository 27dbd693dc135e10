// Code that we do not follow: whatever it may assign counts as unread from there on.
import { rootName } from './assignment.ts'
import { setVariable, type Run } from './scope.ts'
import { children, nameOf, placeOf, tree, unread, type Tree } from './syntax.ts'

const opaqueCalls = new Set(['extract', 'parse_str', 'eval', 'putenv', 'call_user_func', 'call_user_func_array'])

/** From which argument on functions of PHP change what they are given, as far as configuration files call them. */
const changing = new Map<string, number>([
  ...'sort rsort usort uasort uksort asort arsort ksort krsort natsort natcasesort shuffle array_multisort settype array_push array_pop array_shift array_unshift array_splice array_walk array_walk_recursive'
    .split(' ')
    .map((name) => [name, 0] as const),
  ['exec', 1],
  ['preg_match', 2],
  ['preg_match_all', 2],
  ['str_replace', 3],
  ['str_ireplace', 3],
  ['preg_replace', 4],
])

const forgetAll = (node: Tree, { scope }: Run): void => void (scope.opaque ??= placeOf(node, scope.file))

/** The places in `[$a, 'k' => [$b]]`; any other place is itself. */
const placesIn = (place: Tree): readonly Tree[] =>
  place.kind === 'list' || place.kind === 'array'
    ? (place['items'] as (Tree | null)[]).flatMap((item) => (item ? placesIn(tree(item['value'] ?? item)) : []))
    : [place]

const forget = (place: Tree, run: Run): void => {
  if (place.kind === 'list' || place.kind === 'array') return placesIn(place).forEach((inner) => forget(inner, run))
  // A property is no global variable.
  if (/^(propertylookup|staticlookup|nullsafepropertylookup)$/.test(place.kind)) return
  const name = rootName(place, run)
  if (name === undefined) run.scope.opaque ??= placeOf(place, run.scope.file)
  else setVariable(run.scope, name, unread(place, run.scope.file))
}

const places: Readonly<Record<string, (node: Tree) => readonly unknown[]>> = {
  assign: ({ left }) => [left],
  assignref: ({ left, right }) => [left, right],
  pre: ({ what }) => [what],
  post: ({ what }) => [what],
  foreach: ({ key, value }) => [key, value],
  unset: ({ variables }) => variables as Tree[],
  staticvariable: ({ variable }) => [variable],
}

/** The first of `$X['a']['b']`: `$X`; of `$GLOBALS['X']['a']` that with its first key. */
const rootOf = (place: Tree): Tree => {
  if (place.kind !== 'offsetlookup') return place
  const what = tree(place['what'])
  return what.kind === 'variable' && what['name'] === 'GLOBALS' ? place : rootOf(what)
}

/** Forgets a place that a function assigns, where it is one outside: `$GLOBALS['X']`, or declared so. */
const forgetOutside = (place: Tree, globals: ReadonlySet<unknown>, run: Run): void => {
  const root = rootOf(place)
  if (root.kind === 'variable' && globals.has(root['name'])) forget(root, run)
  if (root.kind !== 'offsetlookup') return
  // Other names are variables of the function, which are not followed.
  if (root['offset'] && tree(root['offset']).kind === 'string') forget(root, run)
  else forgetAll(root, run)
}

/** What a function, closure or class of these files may assign outside of itself, whenever it runs. */
const forgetGlobalsOf = (body: Tree, run: Run): void => {
  const globals = new Set<unknown>()
  const seen = new Set<Tree>()
  const walk = (node: Tree): void => {
    if (seen.has(node)) return
    seen.add(node)
    if (node.kind === 'global') for (const item of node['items'] as Tree[]) globals.add(item['name'])
    const name = node.kind === 'call' ? nameOf(tree(node['what']))?.toLowerCase() : undefined
    if (/^(include|eval)$/.test(node.kind) || name === 'putenv') forgetAll(node, run)
    const assigned = places[node.kind]?.(node).filter(Boolean).map(tree).flatMap(placesIn) ?? []
    assigned.forEach((place) => forgetOutside(place, globals, run))
    children(node).forEach(walk)
    const called = name === undefined ? undefined : run.scope.functions.get(name)
    if (called) walk(called)
  }
  walk(body)
}

const forgetCaptured = (node: Tree, run: Run): void => {
  for (const used of node['uses'] as Tree[]) if (used['byref']) forget(used, run)
  forgetGlobalsOf(node, run)
}

const forgetCall = (node: Tree, run: Run): void => {
  const name = nameOf(tree(node['what']))?.toLowerCase() ?? ''
  const body = run.scope.functions.get(name)
  if (opaqueCalls.has(name)) forgetAll(node, run)
  const parameters = body ? (body['arguments'] as Tree[]) : []
  ;(node['arguments'] as Tree[]).forEach((argument, at) => {
    const changed = parameters[at]?.['byref'] === true || at >= (changing.get(name) ?? Infinity)
    if (changed && /^(variable|offsetlookup)$/.test(argument.kind)) forget(argument, run)
  })
  if (body) forgetGlobalsOf(body, run)
}
const doubt = (_: Tree, { scope }: Run): void => void (scope.doubtful = true)

const effects: Readonly<Record<string, (node: Tree, run: Run) => void>> = {
  include: forgetAll,
  eval: forgetAll,
  return: doubt,
  exit: doubt,
  goto: doubt,
  call: forgetCall,
}

/** Code that runs later, or never. A function does so where it is called. */
const declarations: Readonly<Record<string, (node: Tree, run: Run) => void>> = {
  function: () => undefined,
  interface: () => undefined,
  closure: forgetCaptured,
  arrowfunc: forgetGlobalsOf,
  class: forgetGlobalsOf,
  trait: forgetGlobalsOf,
  enum: forgetGlobalsOf,
}

/** Forgets all that a piece of code may assign, and that code behind it may not run at all. */
export const distrust = (node: Tree, run: Run): void => {
  const declared = declarations[node.kind]
  if (declared) return declared(node, run)
  effects[node.kind]?.(node, run)
  for (const place of places[node.kind]?.(node) ?? []) if (place) forget(tree(place), run)
  for (const child of children(node)) distrust(child, run)
}
