// Code that we do not follow: whatever it may assign counts as unread from there on.
import { rootName } from './assignment.ts'
import { setVariable, type Run } from './scope.ts'
import { children, nameOf, placeOf, tree, unread, type Tree } from './syntax.ts'

const opaqueCalls = new Set(['extract', 'parse_str', 'eval', 'putenv', 'call_user_func', 'call_user_func_array'])
const declarations = new Set(['function', 'class', 'closure', 'arrowfunc', 'interface', 'trait', 'enum'])

const forget = (place: Tree, run: Run): void => {
  if (place.kind === 'list' || place.kind === 'array')
    return (place['items'] as (Tree | null)[]).forEach((item) => item && forget(tree(item['value'] ?? item), run))
  // A property is no global variable.
  if (/^(propertylookup|staticlookup|nullsafepropertylookup)$/.test(place.kind)) return
  const name = rootName(place, run)
  if (name === undefined) run.scope.opaque ??= placeOf(place, run.scope.file)
  else setVariable(run.scope, name, unread(place, run.scope.file))
}

/** A function of these files may assign what it declares as global. */
const forgetGlobalsOf = (body: Tree, run: Run): void => {
  if (body.kind === 'global') (body['items'] as Tree[]).forEach((item) => forget(item, run))
  if (/^assign/.test(body.kind) && tree(body['left']).kind === 'offsetlookup')
    forgetGlobalEntry(tree(body['left']), run)
  children(body).forEach((child) => forgetGlobalsOf(child, run))
}
const forgetGlobalEntry = (place: Tree, run: Run): void => {
  let root = place
  while (root.kind === 'offsetlookup' && tree(root['what']).kind === 'offsetlookup') root = tree(root['what'])
  if (tree(root['what'])['name'] === 'GLOBALS') forget(place, run)
}

const places: Readonly<Record<string, (node: Tree) => readonly unknown[]>> = {
  assign: ({ left }) => [left],
  assignref: ({ left, right }) => [left, right],
  pre: ({ what }) => [what],
  post: ({ what }) => [what],
  foreach: ({ key, value }) => [key, value],
  unset: ({ variables }) => variables as Tree[],
}

const forgetCall = (node: Tree, run: Run): void => {
  const name = nameOf(tree(node['what']))?.toLowerCase() ?? ''
  const body = run.scope.functions.get(name)
  if (opaqueCalls.has(name)) forgetAll(node, run)
  if (body) forgetGlobalsOf(body, run)
}
const forgetAll = (node: Tree, { scope }: Run): void => void (scope.opaque ??= placeOf(node, scope.file))
const doubt = (_: Tree, { scope }: Run): void => void (scope.doubtful = true)

const effects: Readonly<Record<string, (node: Tree, run: Run) => void>> = {
  include: forgetAll,
  eval: forgetAll,
  return: doubt,
  exit: doubt,
  call: forgetCall,
}

/** Forgets all that a piece of code may assign, and that code behind it may not run at all. */
export const distrust = (node: Tree, run: Run): void => {
  if (declarations.has(node.kind)) return
  effects[node.kind]?.(node, run)
  for (const place of places[node.kind]?.(node) ?? []) if (place) forget(tree(place), run)
  for (const child of children(node)) distrust(child, run)
}
