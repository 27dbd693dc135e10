// Mocha's root hooks: what the whole run shares ends with it, and a rejection that nobody handles fails the test it comes in.
import { stopSharedMariaDb } from './mariadb.ts'

// Mocha itself passes over them. Thrown here, they are exceptions that nobody caught, and those it does not.
const throwOn = (reason: unknown): never => {
  throw reason instanceof Error ? reason : new Error(`rejected with ${String(reason)}`)
}

export const mochaHooks = {
  beforeAll(): void {
    // With --parallel Mocha takes the listeners away after each file.
    process.off('unhandledRejection', throwOn).on('unhandledRejection', throwOn)
  },
  async afterAll(): Promise<void> {
    // With --parallel this is the end of one file: the worker keeps its server for the next, and takes it along (child-process.ts).
    if (process.env['MOCHA_WORKER_ID'] === undefined) await stopSharedMariaDb()
  },
}
