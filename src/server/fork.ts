// Makes worker processes.
import cluster, { type Worker } from 'node:cluster'
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { enterWorkingDirectory, program } from './working-directory.ts'

// Megabytes. About 25 are in use; left to itself, V8 lets garbage pile up to eight times that before it looks. The compiler between the
// two others, which Node 22 brought, takes 20 for itself and answers nobody sooner; they are better used as room for what is new
// (docs/benchmarks.md).
const heapLimits = ['--max-old-space-size=160', '--max-semi-space-size=8', '--no-maglev']

/**
 * The file that a worker starts with, looked for anew each time: where the program was called by a link to the version in use
 * (`…/current/bin/studip`), a reload after an upgrade starts workers of the version that the link names now.
 */
const workerStart = (): string => {
  const called = join(program, 'dist/src/server/worker-start.cjs')
  return existsSync(called) ? realpathSync(called) : join(import.meta.dirname, 'worker-start.cjs')
}

/** A process of its own in the working directory. `args` are arguments of its program. */
export const forkWorker = (
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[] = [],
): Worker => {
  enterWorkingDirectory()
  // What the operator gave to node comes last and wins.
  cluster.setupPrimary({ exec: workerStart(), execArgv: [...heapLimits, ...process.execArgv], args: [...args] })
  return cluster.fork(environment)
}
