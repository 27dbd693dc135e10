// What the primary process forks.
import { loadSettings } from '../config.ts'
import type { Settings } from '../settings.ts'
import { failWorker, runWorker } from './worker.ts'

/**
 * Runs a worker. The first one is handed its settings, which were read while it loaded its modules; every other one reads them anew,
 * so that a reload takes up what the operator changed, by the rules of its own version.
 */
export const runWorkerProcess = async (handedOver: Promise<Settings> | undefined): Promise<void> => {
  try {
    await runWorker(await (handedOver ?? loadSettings()))
  } catch (error) {
    failWorker((error as Error).message)
  }
}
