// What a PHP file has set so far, and what it may ask for.
import type { Environment } from './dotenv.ts'
import type { Tree } from './syntax.ts'
import { isRead, type Outcome, type PhpValue, type Place } from './value.ts'

export interface Scope {
  /** Of the file that runs now; `include` changes it for a while. */
  file: string
  namespace: string
  /** Short names of classes in lower case, as `use` brought them in. */
  uses: Map<string, string>
  readonly variables: Map<string, Outcome>
  /** The file that a variable was assigned in last. */
  readonly origins: Map<string, string>
  readonly constants: Map<string, Outcome>
  readonly functions: Map<string, Tree>
  /** The first place that may assign anything: a further file that cannot be read, or code in a text. */
  opaque: Place | undefined
  /** True behind a `return` or `exit` that PHP may have reached. */
  doubtful: boolean
  readonly included: Set<string>
  readonly world: World
}

/** What is outside of the files. */
export interface World {
  /** The environment of the process: what `getenv()` sees. */
  readonly real: Environment
  /** What `.env` adds to `$_ENV` and `$_SERVER`, and not to `getenv()` (contract §18.6). */
  readonly dotenv: Environment
  /** Folders in which a relative `include` is looked for. */
  readonly includePath: readonly string[]
  /** The bytes of a file, one in each character; undefined when it cannot be read. */
  readonly read: (file: string) => string | undefined
  /** Static methods that we know, by `class::method` in lower case. */
  readonly methods?: Readonly<Record<string, (args: readonly PhpValue[]) => PhpValue | undefined>>
}

export const newScope = (world: World): Scope => ({
  file: '',
  namespace: '',
  uses: new Map(),
  variables: new Map(),
  origins: new Map(),
  constants: new Map(),
  functions: new Map(),
  opaque: undefined,
  doubtful: false,
  included: new Set(),
  world,
})

export const setVariable = (scope: Scope, name: string, outcome: Outcome): void => {
  scope.variables.set(name, scope.doubtful && isRead(outcome) ? { ...outcome, assumed: true } : outcome)
  scope.origins.set(name, scope.file)
}

/** What the readers of single kinds of nodes work with; they call each other through it. */
export interface Run {
  readonly scope: Scope
  readonly evaluate: (node: Tree) => Outcome
  /** Runs a file in the scope; answers what it returns, undefined when it cannot be read. Throws PhpSyntaxError. */
  readonly include: (file: string) => Outcome | undefined
}
export type Reader = (node: Tree, run: Run) => Outcome
