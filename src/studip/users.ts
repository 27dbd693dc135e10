// May this user hold tokens? Asked again at code redemption and refresh (contract §2.4, last paragraph).
import type { Knex } from 'knex'
import type { Now, Users } from '../oauth/ports.ts'
import type { Settings } from '../settings.ts'
import { mayHoldTokens } from './decision.ts'
import { createFactsReader } from './facts.ts'
import { isUserId } from './session.ts'

/** One round trip: user, lock, expiry and maintenance as they are now. */
export const createUsers = ({ db, settings, now }: { db: Knex; settings: Pick<Settings, 'studipVersion' | 'configOverrides'>; now: Now }): Users => {
  const readFacts = createFactsReader({ db, settings })
  return {
    async stateOf(userId) {
      if (!isUserId(userId)) return 'refused'
      const { user, rules } = await readFacts({ userId })
      if (!user || !mayHoldTokens(user, now())) return 'refused'
      return rules.maintenance && user.perms !== 'root' ? 'maintenance' : 'active'
    },
  }
}
