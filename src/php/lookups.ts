// Variables, entries of arrays, the environment, constants.
import type { Reader, Run, Scope } from './scope.ts'
import { nameOf, placeOf, tree, unread, type Tree } from './syntax.ts'
import { isArray, isRead, known, phpKey, truthy, type Outcome } from './value.ts'

const superglobals = new Set(['_SERVER', '_GET', '_POST', '_COOKIE', '_FILES', '_REQUEST', '_SESSION'])

/** What one name of the environment holds; `assumed` where PHP's process may know more than ours. */
export const fromEnvironment = (name: string, { world }: Scope, where: '_ENV' | '_SERVER' | 'getenv'): Outcome => {
  const value = world.real[name] ?? (where === 'getenv' ? undefined : world.dotenv[name])
  return value === undefined
    ? known(where === 'getenv' ? false : null, true)
    : known(Buffer.from(value, 'utf8').toString('latin1'))
}

/** `$NAME` or `$GLOBALS['NAME']`; undefined for any other place, and where only PHP knows the name. */
export const globalName = (node: Tree, run: Run): string | undefined => {
  if (node.kind === 'variable')
    return typeof node['name'] === 'string' && node['name'] !== 'GLOBALS' ? node['name'] : undefined
  if (node.kind !== 'offsetlookup' || tree(node['what'])['name'] !== 'GLOBALS' || !node['offset']) return undefined
  const key = run.evaluate(tree(node['offset']))
  return isRead(key) ? phpKey(key.value) : undefined
}

const variable: Reader = (node, { scope }) =>
  (typeof node['name'] === 'string' && scope.variables.get(node['name'])) || unread(node, scope.file)

/** In `"$a[name]"` the name stands without quotes. */
const offsetOf = (node: Tree, run: Run): Outcome => {
  if (!node['offset']) return unread(node, run.scope.file)
  const offset = tree(node['offset'])
  return offset.kind === 'identifier' ? known(String(offset['name'])) : run.evaluate(offset)
}

/** `$_ENV['NAME']`, and `$_SERVER['NAME']` where .env has put it. */
const environmentEntry = (what: Tree, key: string, { scope }: Run): Outcome | undefined => {
  const name = what.kind === 'variable' ? what['name'] : undefined
  if (name === '_ENV') return fromEnvironment(key, scope, '_ENV')
  return name === '_SERVER' && scope.world.dotenv[key] !== undefined
    ? fromEnvironment(key, scope, '_SERVER')
    : undefined
}

const arrayEntry = (node: Tree, holder: Outcome, key: string, { scope }: Run, missing: () => Outcome): Outcome => {
  if (!isRead(holder)) return holder
  if (!isArray(holder.value)) return unread(node, scope.file)
  const value = holder.value.get(key)
  return value === undefined ? missing() : known(value, holder.assumed)
}

const entry = (node: Tree, run: Run, missing: () => Outcome): Outcome => {
  const global = globalName(node, run)
  if (global !== undefined) return run.scope.variables.get(global) ?? missing()
  const offset = offsetOf(node, run)
  if (!isRead(offset)) return offset
  const key = phpKey(offset.value)
  if (key === undefined) return unread(node, run.scope.file)
  const what = tree(node['what'])
  return environmentEntry(what, key, run) ?? arrayEntry(node, run.evaluate(what), key, run, missing)
}

/** As `??` and `isset` look: what was never set is null. */
export const lenient = (node: Tree, run: Run): Outcome => {
  if (node.kind === 'variable' && typeof node['name'] === 'string' && !superglobals.has(node['name']))
    return run.scope.variables.get(node['name']) ?? known(null)
  if (node.kind !== 'offsetlookup') return run.evaluate(node)
  const what = tree(node['what'])
  const holder =
    what.kind === 'variable' && ['_ENV', '_SERVER', 'GLOBALS'].includes(String(what['name']))
      ? undefined
      : lenient(what, run)
  if (holder && isRead(holder) && holder.value === null) return holder
  return entry(node, run, () => known(null))
}

const builtIn: Readonly<Record<string, string>> = { PHP_EOL: '\n', DIRECTORY_SEPARATOR: '/', PATH_SEPARATOR: ':' }

/** In a namespace its own constant comes before the global one. */
export const constantNamed = (name: string, { namespace, constants }: Scope): Outcome | undefined =>
  (namespace && constants.get(`${namespace}\\${name}`)) ||
  constants.get(name) ||
  (builtIn[name] === undefined ? undefined : known(builtIn[name]))

const isset: Reader = (node, run) => {
  let assumed = false
  for (const asked of node['variables'] as Tree[]) {
    const found = lenient(asked, run)
    if (!isRead(found)) return found
    assumed ||= found.assumed
    if (found.value === null) return known(false, assumed)
  }
  return known(true, assumed)
}

const magic: Reader = (node, { scope }) => {
  const { file, line } = placeOf(node, scope.file)
  const bytes = Buffer.from(file, 'utf8').toString('latin1')
  const values: Readonly<Record<string, string | number>> = {
    __FILE__: bytes,
    __DIR__: bytes.slice(0, Math.max(bytes.lastIndexOf('/'), 1)),
    __LINE__: line,
    __NAMESPACE__: scope.namespace,
  }
  const value = values[String(node['value']).toUpperCase()]
  return value === undefined ? unread(node, scope.file) : known(value)
}

export const lookupReaders: Readonly<Record<string, Reader>> = {
  variable,
  offsetlookup: (node, run) => entry(node, run, () => unread(node, run.scope.file)),
  name: (node, { scope }) => constantNamed(nameOf(node) ?? '', scope) ?? unread(node, scope.file),
  magic,
  isset,
  empty: (node, run) => {
    const found = lenient(tree(node['expression']), run)
    return isRead(found) ? known(!truthy(found.value), found.assumed) : found
  },
}
