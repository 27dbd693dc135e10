// Runs the statements of a PHP file as far as they can be followed.
import { distrust } from './distrust.ts'
import { newScope, setVariable, type Run } from './scope.ts'
import { nameOf, tree, unread, type Tree } from './syntax.ts'
import { isRead, known, truthy, type Outcome } from './value.ts'

/** Set when the file ended here: by `return`, with its value, or by `exit`. */
export interface Ended {
  readonly returned: Outcome
}
type Statement = (node: Tree, run: Run) => Ended | undefined

const followed = (node: Tree, run: Run): Outcome => {
  const outcome = run.evaluate(node)
  if (!isRead(outcome)) distrust(node, run)
  return outcome
}

const inOrder = (nodes: readonly Tree[], run: Run): Ended | undefined => {
  // PHP knows a function before the line that declares it.
  for (const node of nodes)
    if (node.kind === 'function') run.scope.functions.set((nameOf(tree(node['name'])) ?? '').toLowerCase(), node)
  for (const node of nodes) {
    const ended = runStatement(node, run)
    if (ended) return ended
  }
  return undefined
}

/** What a branch would assign, which PHP may take because its environment may differ from ours: only assumed from there on. */
const assumeBranches = (branches: readonly Tree[], run: Run): void => {
  const { scope } = run
  const aside = newScope(scope.world)
  aside.file = scope.file
  branches.forEach((branch) => distrust(branch, { ...run, scope: aside }))
  scope.opaque ??= aside.opaque
  scope.doubtful ||= aside.doubtful
  for (const name of aside.variables.keys()) {
    const outcome = scope.variables.get(name) ?? known(null)
    if (isRead(outcome)) setVariable(scope, name, { ...outcome, assumed: true })
  }
}

const branch: Statement = (node, run) => {
  const test = followed(tree(node['test']), run)
  const [body, alternate] = [tree(node['body']), node['alternate'] ? tree(node['alternate']) : undefined]
  if (!isRead(test)) {
    distrust(body, run)
    if (alternate) distrust(alternate, run)
    return undefined
  }
  const taken = truthy(test.value) ? body : alternate
  const ended = taken && runStatement(taken, run)
  if (test.assumed) assumeBranches(alternate ? [body, alternate] : [body], run)
  return ended
}

const constants: Statement = (node, run) => {
  const { namespace, file } = run.scope
  for (const constant of node['constants'] as Tree[]) {
    const name = `${namespace && `${namespace}\\`}${nameOf(tree(constant['name'])) ?? ''}`
    const value = constant['value'] ? followed(tree(constant['value']), run) : unread(constant, file)
    if (!run.scope.constants.has(name)) run.scope.constants.set(name, value)
  }
  return undefined
}

const inNamespace: Statement = (node, run) => {
  const { scope } = run
  scope.namespace = typeof node['name'] === 'string' ? node['name'].replace(/^\\/, '') : ''
  scope.uses = new Map()
  const ended = inOrder(node['children'] as Tree[], run)
  if (node['withBrackets']) scope.namespace = ''
  return ended
}

const uses: Statement = (node, { scope }) => {
  const prefix = typeof node['name'] === 'string' ? `${node['name']}\\` : ''
  for (const item of node['items'] as Tree[]) {
    const name = `${prefix}${String(item['name'])}`.replace(/^\\/, '')
    const alias = item['alias'] ? nameOf(tree(item['alias'])) : undefined
    scope.uses.set((alias ?? name.split('\\').at(-1) ?? name).toLowerCase(), name.toLowerCase())
  }
  return undefined
}

const unset: Statement = (node, run) => {
  for (const place of node['variables'] as Tree[])
    if (place.kind === 'variable' && typeof place['name'] === 'string') run.scope.variables.delete(place['name'])
    else distrust(node, run)
  return undefined
}

const statements: Readonly<Record<string, Statement>> = {
  program: (node, run) => inOrder(node['children'] as Tree[], run),
  block: (node, run) => inOrder(node['children'] as Tree[], run),
  namespace: inNamespace,
  usegroup: uses,
  if: branch,
  constantstatement: constants,
  unset,
  global: () => undefined,
  inline: () => undefined,
  nop: () => undefined,
  expressionstatement: (node, run) => {
    const expression = tree(node['expression'])
    if (expression.kind === 'exit') return { returned: unread(expression, run.scope.file) }
    followed(expression, run)
    return undefined
  },
  return: (node, run) => ({ returned: node['expr'] ? followed(tree(node['expr']), run) : known(null) }),
}

/** Runs one statement. Answers whether, and with what, the file ended there. */
export const runStatement: Statement = (node, run) => {
  const statement = statements[node.kind]
  if (statement) return statement(node, run)
  distrust(node, run)
  return undefined
}
