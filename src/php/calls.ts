// Calls of functions that we know, and further files.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { functions } from './functions.ts'
import { constantNamed, fromEnvironment } from './lookups.ts'
import type { Reader, Run, Scope } from './scope.ts'
import { nameOf, tree, unread, type Tree } from './syntax.ts'
import { isRead, known, utf8Of, type Outcome, type PhpValue } from './value.ts'

interface Values {
  readonly values: readonly PhpValue[]
  readonly assumed: boolean
}

/** The values of all arguments, in order; undefined as soon as one is unread or named. */
const argumentsOf = (node: Tree, run: Run): Values | undefined => {
  const found = (node['arguments'] as Tree[]).map((argument) => run.evaluate(argument))
  if (!found.every(isRead)) return undefined
  return { values: found.map(({ value }) => value), assumed: found.some(({ assumed }) => assumed) }
}

/** Functions that ask or change the scope. */
const scoped: Readonly<
  Record<string, (values: readonly PhpValue[], scope: Scope, assumed: boolean) => Outcome | undefined>
> = {
  getenv: ([name], scope) =>
    typeof name === 'string' ? fromEnvironment(utf8Of(name) ?? '', scope, 'getenv') : undefined,
  define: ([name, value], { constants, doubtful }, assumed) => {
    if (typeof name !== 'string' || value === undefined) return undefined
    const bare = name.replace(/^\\/, '')
    if (constants.has(bare)) return known(false)
    constants.set(bare, known(value, assumed || doubtful))
    return known(true)
  },
  defined: ([name], scope) =>
    typeof name === 'string'
      ? known(constantNamed(name.replace(/^\\/, ''), { ...scope, namespace: '' }) !== undefined)
      : undefined,
  constant: ([name], scope) =>
    typeof name === 'string' ? constantNamed(name.replace(/^\\/, ''), { ...scope, namespace: '' }) : undefined,
}

/** Full name of a class in lower case, by `use` and namespace. */
const className = (node: Tree, { namespace, uses }: Scope): string => {
  const written = String(node['name'])
  if (written.startsWith('\\')) return written.slice(1).toLowerCase()
  const [first = '', ...rest] = written.toLowerCase().split('\\')
  const used = uses.get(first)
  return [used ?? (namespace ? `${namespace.toLowerCase()}\\${first}` : first), ...rest].join('\\')
}

const byName = (name: string, values: Values, { scope }: Run): Outcome | undefined => {
  // The file's own function of that name may do anything.
  if (scope.functions.has(name)) return undefined
  const asked = scoped[name]?.(values.values, scope, values.assumed)
  if (asked) return isRead(asked) ? known(asked.value, asked.assumed || values.assumed) : asked
  const value = functions[name]?.(values.values)
  return value === undefined ? undefined : known(value, values.assumed)
}

const byMethod = (what: Tree, values: Values, { scope }: Run): Outcome | undefined => {
  const method = `${className(tree(what['what']), scope)}::${nameOf(tree(what['offset'])) ?? ''}`.toLowerCase()
  const value = scope.world.methods?.[method]?.(values.values)
  return value === undefined ? undefined : known(value, values.assumed)
}

const call: Reader = (node, run) => {
  const what = tree(node['what'])
  const values = argumentsOf(node, run)
  const outcome =
    values &&
    (what.kind === 'staticlookup'
      ? byMethod(what, values, run)
      : byName(nameOf(what)?.toLowerCase() ?? '', values, run))
  return outcome ?? unread(node, run.scope.file)
}

/** Where PHP finds the file: as it is named, on the include path, or beside the file that asks. */
const located = (target: string, { file, world }: Scope): string | undefined => {
  if (path.isAbsolute(target)) return target
  const folders = /^\.{1,2}\//.test(target) ? [] : [...world.includePath, path.dirname(file)]
  return folders.map((folder) => path.join(folder, target)).find((candidate) => existsSync(candidate))
}

const include: Reader = (node, run) => {
  const { scope } = run
  const target = run.evaluate(tree(node['target']))
  const named = isRead(target) && !target.assumed && typeof target.value === 'string' ? utf8Of(target.value) : undefined
  const file = named === undefined ? undefined : located(named, scope)
  if (file !== undefined && node['once'] === true && scope.included.has(file)) return known(true)
  return (file === undefined ? undefined : run.include(file)) ?? unread(node, scope.file)
}

export const callReaders: Readonly<Record<string, Reader>> = { call, include }
