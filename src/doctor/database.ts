// Does the database answer, does its clock agree, may the user do what the service does, and no table is missing?
import { databaseAddress } from '../config/show.ts'
import { rowsOf } from '../stores/rows.ts'
import { fault, foundOr, ok, type Check } from './check.ts'

export const databaseCheck: Check = {
  name: 'check.database',
  needs: [],
  settings: ['DATABASE_URL'],
  run: async ({ db, settings, t, databaseSentence }) => {
    try {
      const [row] = await rowsOf<{ version: string }>(db.raw('SELECT VERSION() AS version'))
      return ok(t('doctor.database.ok', { server: row?.version ?? '', where: databaseAddress(settings.database) }))
    } catch (error) {
      return [fault(databaseSentence(error))]
    }
  },
}

/** Seconds: a JWT with `nbf` of one machine must be valid on the other at once (contract §8.1). */
const tolerated = 2

export const clockCheck: Check = {
  name: 'check.clock',
  needs: ['check.database'],
  settings: [],
  run: async ({ db, now, t }) => {
    const [row] = await rowsOf<{ seconds: string | number }>(db.raw('SELECT UNIX_TIMESTAMP() AS seconds'))
    const difference = Math.abs(Number(row?.seconds) - now())
    return foundOr(
      difference > tolerated ? [fault(t('doctor.clock.differs', { seconds: difference }))] : [],
      t('doctor.clock.ok'),
    )
  },
}
