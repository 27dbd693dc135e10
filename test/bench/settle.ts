// Rows that were seeded are written to the disk for a while: what is measured meanwhile would be of that.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'

/** Waits until what was seeded is on the disk, two minutes at most. */
export const settle = async (db: Knex): Promise<void> => {
  await db.raw('SET GLOBAL innodb_max_dirty_pages_pct = 0')
  for (let dirty = Infinity, tries = 0; dirty > 100 && tries < 120; tries++) {
    await sleep(1000)
    const [[row]] = (await db.raw("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")) as [[{ Value: string }]]
    dirty = Number(row.Value)
  }
  await db.raw('SET GLOBAL innodb_max_dirty_pages_pct = 90')
}
