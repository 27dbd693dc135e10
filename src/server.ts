// The service as a process: a primary that watches workers, each of which answers requests.
import cluster from 'node:cluster'
import { runPrimary } from './server/primary.ts'
import { runWorker } from './server/worker.ts'
import type { Settings } from './settings.ts'

export { failWorker } from './server/worker.ts'

/**
 * Runs the service until SIGTERM or SIGINT; SIGHUP replaces the workers without losing a request.
 * Workers are made by running the same command again. Rejects with SetupError when it cannot start.
 */
export const serve = (settings: Settings): Promise<void> => (cluster.isPrimary ? runPrimary(settings) : runWorker(settings))
