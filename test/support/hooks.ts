// Mocha's root hooks: what the whole run shares ends with it.
import { stopSharedMariaDb } from './mariadb.ts'

export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopSharedMariaDb()
  },
}
