// oauth2:serve — runs the service.
import { loadSettings } from '../../config.ts'
import type { Command } from '../command.ts'

export const serve: Command = {
  name: 'oauth2:serve',
  describe: 'serve.describe',
  examples: [['LISTEN=unix:/run/studip-oauth2/http.sock $0 oauth2:serve', 'serve.example']],
  options: (args) => args,
  run: async () => {
    // Imported here: the other commands start faster without the whole service.
    const { runPrimary } = await import('../../server/primary.ts')
    try {
      await runPrimary(await loadSettings())
    } finally {
      // After the error has been printed: workers that did start end with the primary.
      setImmediate(() => process.exit())
    }
  },
}
