// Assignments to global variables and to entries of global arrays.
import { globalName, lenient } from './lookups.ts'
import { operators } from './operators.ts'
import { setVariable, type Reader, type Run } from './scope.ts'
import { tree, unread, type Tree } from './syntax.ts'
import { isArray, isRead, known, phpKey, withEntry, type Outcome, type PhpArray, type PhpValue } from './value.ts'

/** The variable that `$X`, `$X['a']['b']` and `$GLOBALS['X']['a']` belong to; undefined for any other place. */
export const rootName = (place: Tree, run: Run): string | undefined =>
  globalName(place, run) ?? (place.kind === 'offsetlookup' ? rootName(tree(place['what']), run) : undefined)

/** What is assigned: the right side alone, or joined to what was there by `.=`, `??=` and the like. */
const assignedBy = (node: Tree, run: Run): Outcome => {
  const operator = String(node['operator']).slice(0, -1)
  const right = () => run.evaluate(tree(node['right']))
  if (operator === '') return right()
  const before = lenient(tree(node['left']), run)
  if (!isRead(before)) return before
  if (operator === '??') return before.value === null ? right() : before
  const after = right()
  if (!isRead(after)) return after
  const value = operators[operator]?.(before.value, after.value)
  return value === undefined ? unread(node, run.scope.file) : known(value, before.assumed || after.assumed)
}

/** Keys from the outside in; undefined for `[]`. Undefined as a whole when one is unread. */
const keysOf = (place: Tree, run: Run): readonly (string | undefined)[] | undefined => {
  if (globalName(place, run) !== undefined) return []
  const outer = keysOf(tree(place['what']), run)
  if (!place['offset']) return outer && [...outer, undefined]
  const key = run.evaluate(tree(place['offset']))
  const name = isRead(key) ? phpKey(key.value) : undefined
  return outer && name !== undefined ? [...outer, name] : undefined
}

/** The array with a value at that place; undefined where PHP finds something that is no array. */
const placed = (
  holder: PhpValue,
  [key, ...inner]: readonly (string | undefined)[],
  value: PhpValue,
): PhpArray | undefined => {
  const array = holder === null ? new Map<string, PhpValue>() : holder
  if (!isArray(array)) return undefined
  const below =
    inner.length === 0 ? value : placed((key === undefined ? undefined : array.get(key)) ?? null, inner, value)
  return below === undefined ? undefined : withEntry(array, key, below)
}

const intoArray = (place: Tree, name: string, outcome: Outcome, run: Run): Outcome => {
  const holder = run.scope.variables.get(name) ?? known(null)
  const keys = keysOf(place, run)
  if (!isRead(holder) || !isRead(outcome)) return isRead(holder) ? outcome : holder
  const array = keys && placed(holder.value, keys, outcome.value)
  return array ? known(array, holder.assumed || outcome.assumed) : unread(place, run.scope.file)
}

const assign: Reader = (node, run) => {
  const place = tree(node['left'])
  const outcome = assignedBy(node, run)
  const name = globalName(place, run)
  if (name !== undefined) setVariable(run.scope, name, outcome)
  else if (place.kind === 'offsetlookup') {
    const root = rootName(place, run)
    if (root === undefined) run.scope.opaque ??= unread(node, run.scope.file).unread
    else setVariable(run.scope, root, intoArray(place, root, outcome, run))
  } else return unread(node, run.scope.file)
  return outcome
}

export const assignmentReaders: Readonly<Record<string, Reader>> = { assign }
