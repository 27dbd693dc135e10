// oauth2:serve — runs the service.
import type { Command } from '../command.ts'

export const serve: Command = {
  name: 'oauth2:serve',
  describe: 'serve.describe',
  examples: [['LISTEN=unix:/run/studip-oauth2/http.sock $0 oauth2:serve', 'serve.example']],
  options: (args) => args,
  run: async () => {
    // Imported here: the other commands start faster without the whole service.
    const { startService } = await import('../../server/start.ts')
    try {
      await startService()
    } finally {
      // After the error has been printed: workers that did start end with the primary.
      setImmediate(() => process.exit())
    }
  },
}
