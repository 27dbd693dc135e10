// What the primary process forks: settings read anew, so that a reload takes up what the operator changed.
import { loadSettings } from '../config.ts'
import { failWorker, runWorker } from './worker.ts'

try {
  await runWorker(await loadSettings())
} catch (error) {
  failWorker((error as Error).message)
}
