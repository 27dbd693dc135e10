// Literals, operators, conditions, arrays: everything that is made of other values.
import { numberOf } from './literals.ts'
import { lenient } from './lookups.ts'
import { castTo, operators } from './operators.ts'
import type { Reader, Run } from './scope.ts'
import { tree, unread, type Tree } from './syntax.ts'
import { isRead, known, truthy, type Outcome, type PhpValue } from './value.ts'

/** A value made of one that is read; what is unread stays so. */
const mapped = (
  outcome: Outcome,
  node: Tree,
  { scope }: Run,
  work: (value: PhpValue) => PhpValue | undefined,
): Outcome => {
  if (!isRead(outcome)) return outcome
  const value = work(outcome.value)
  return value === undefined ? unread(node, scope.file) : known(value, outcome.assumed)
}

/** The branch that a condition chooses, assumed where the condition is. */
const chosen = (test: Outcome, yes: () => Outcome, no: () => Outcome): Outcome => {
  if (!isRead(test)) return test
  const taken = truthy(test.value) ? yes() : no()
  return isRead(taken) ? known(taken.value, taken.assumed || test.assumed) : taken
}

const truthOf = (outcome: Outcome): Outcome =>
  isRead(outcome) ? known(truthy(outcome.value), outcome.assumed) : outcome

const binary: Reader = (node, run) => {
  const [left, right] = [tree(node['left']), () => run.evaluate(tree(node['right']))]
  const operator = String(node['type'])
  if (operator === '??') {
    const found = lenient(left, run)
    return chosen(isRead(found) ? known(found.value !== null, found.assumed) : found, () => found, right)
  }
  const first = run.evaluate(left)
  if (/^(&&|and)$/i.test(operator))
    return chosen(
      first,
      () => truthOf(right()),
      () => known(false),
    )
  if (/^(\|\||or)$/i.test(operator))
    return chosen(
      first,
      () => known(true),
      () => truthOf(right()),
    )
  const second = right()
  const value =
    isRead(first) && isRead(second) ? operators[operator.toLowerCase()]?.(first.value, second.value) : undefined
  if (!isRead(first)) return first
  if (!isRead(second)) return second
  return value === undefined ? unread(node, run.scope.file) : known(value, first.assumed || second.assumed)
}

const ternary: Reader = (node, run) => {
  const test = run.evaluate(tree(node['test']))
  const yes = node['trueExpr'] ? () => run.evaluate(tree(node['trueExpr'])) : () => test
  return chosen(test, yes, () => run.evaluate(tree(node['falseExpr'])))
}

/** The arm whose condition is identical; without one PHP throws. */
const match: Reader = (node, run) => {
  const subject = run.evaluate(tree(node['cond']))
  if (!isRead(subject)) return subject
  const arms = node['arms'] as Tree[]
  let assumed = subject.assumed
  for (const arm of arms)
    for (const condition of (arm['conds'] as Tree[] | null) ?? []) {
      const found = run.evaluate(condition)
      if (!isRead(found)) return found
      assumed ||= found.assumed
      if (operators['===']!(subject.value, found.value))
        return chosen(
          known(true, assumed),
          () => run.evaluate(tree(arm['body'])),
          () => found,
        )
    }
  const other = arms.find((arm) => !arm['conds'])
  return other
    ? chosen(
        known(true, assumed),
        () => run.evaluate(tree(other['body'])),
        () => subject,
      )
    : unread(node, run.scope.file)
}

const signs: Readonly<Record<string, (value: PhpValue) => PhpValue | undefined>> = {
  '!': (value) => !truthy(value),
  '-': (value) => operators['*']!(value, -1),
  '+': (value) => operators['*']!(value, 1),
  '~': (value) => (typeof value === 'number' && value === (value | 0) ? ~value : undefined),
}

export const choiceReaders: Readonly<Record<string, Reader>> = {
  number: (node, { scope }) => {
    const value = numberOf(String(node['value']))
    return value === undefined ? unread(node, scope.file) : known(value)
  },
  boolean: (node) => known(node['value'] as boolean),
  nullkeyword: () => known(null),
  bin: binary,
  retif: ternary,
  match,
  silent: (node, run) => lenient(tree(node['expr']), run),
  unary: (node, run) =>
    mapped(run.evaluate(tree(node['what'])), node, run, (value) => signs[String(node['type'])]?.(value)),
  cast: (node, run) =>
    mapped(run.evaluate(tree(node['expr'])), node, run, (value) => castTo(String(node['type']).toLowerCase(), value)),
}
