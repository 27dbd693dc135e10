// Reads PHP files that set configuration, as PHP would; nothing is executed (D30).
import { arrayReaders } from './arrays.ts'
import { assignmentReaders } from './assignment.ts'
import { callReaders } from './calls.ts'
import { choiceReaders } from './choices.ts'
import { lookupReaders } from './lookups.ts'
import type { Reader, Run, Scope } from './scope.ts'
import { runStatement } from './statements.ts'
import { parsePhp, unread } from './syntax.ts'
import { textReaders } from './texts.ts'
import { known, type Outcome } from './value.ts'

export { PhpSyntaxError } from './syntax.ts'
export { newScope, setVariable, type Scope, type World } from './scope.ts'

const readers: Readonly<Record<string, Reader>> = {
  ...choiceReaders,
  ...arrayReaders,
  ...textReaders,
  ...lookupReaders,
  ...callReaders,
  ...assignmentReaders,
}

/** Files that include each other at most; more is a circle. */
const deepest = 16

const runFile = (source: string, file: string, scope: Scope, depth: number): Outcome => {
  const { file: outer, namespace, uses } = scope
  const run: Run = {
    scope,
    evaluate: (node) => readers[node.kind]?.(node, run) ?? unread(node, scope.file),
    include: (inner) => {
      const text = depth < deepest ? scope.world.read(inner) : undefined
      return text === undefined ? undefined : runFile(text, inner, scope, depth + 1)
    },
  }
  Object.assign(scope, { file, namespace: '', uses: new Map<string, string>() })
  scope.included.add(file)
  try {
    return runStatement(parsePhp(source, file), run)?.returned ?? known(1)
  } finally {
    Object.assign(scope, { file: outer, namespace, uses })
  }
}

/**
 * Runs the source of a file in the scope, which keeps what it assigns; answers what the file returns, 1 without `return`.
 * `source` holds one byte in each character. Throws PhpSyntaxError.
 */
export const readPhp = (source: string, file: string, scope: Scope): Outcome => runFile(source, file, scope, 0)
