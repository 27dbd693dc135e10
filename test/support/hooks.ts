// Mocha's root hooks: what the whole run shares ends with it.
import { stopSharedMariaDb } from './mariadb.ts'

export const mochaHooks = {
  async afterAll(): Promise<void> {
    // With --parallel this is the end of one file: the worker keeps its server for the next, and takes it along (child-process.ts).
    if (process.env['MOCHA_WORKER_ID'] === undefined) await stopSharedMariaDb()
  },
}
