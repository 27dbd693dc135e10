// Transactions that survive deadlocks and Galera conflicts (D16).
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { isTransient } from './database-errors.ts'

const attempts = 8
/** Milliseconds; doubled at each attempt, with jitter, so that rivals do not meet again. */
const firstPause = 4
/** Milliseconds after which nothing is tried again: a wait for a lock takes seconds, and a client does not wait for eight of them. */
const patience = 10_000

/** Repeats `work` after a conflict, so it must have no effect outside of its transaction. @throws the last error of the database */
export const retried = async <T>(work: () => Promise<T>): Promise<T> => {
  const start = performance.now()
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === attempts || performance.now() - start > patience || !isTransient(error)) throw error
      await sleep(randomInt(firstPause * 2 ** attempt))
    }
  }
}

/** Runs `work` in a transaction and repeats the whole of it after a conflict. @throws the last error of the database */
export const inTransaction = <T>(db: Knex, work: (transaction: Knex.Transaction) => Promise<T>): Promise<T> =>
  retried(() => db.transaction(work))
