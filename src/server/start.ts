// Starts the service. A worker takes longest to load its modules, so it begins before the primary loads its own and reads the settings.
import { renewedEnvironment } from '../config/renewed-environment.ts'
import { forkWorker } from './fork.ts'
import { waitsForSettings } from './messages.ts'

/** Runs until SIGTERM or SIGINT. Rejects with SettingsError or SetupError when it cannot start; nothing listens then. */
export const startService = async (): Promise<void> => {
  const environment = await renewedEnvironment()
  const first = forkWorker(environment.current(), [waitsForSettings])
  try {
    const { runPrimary } = await import('./primary.ts')
    await runPrimary(first, environment)
  } finally {
    first.process.kill('SIGKILL')
  }
}
