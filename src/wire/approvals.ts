// Approvals that are remembered, where the operator wants it (D25).
import type { Knex } from 'knex'
import { approvalId } from '../crypto/approval-id.ts'
import type { KeyRing } from '../crypto/key-ring.ts'
import type { Now } from '../oauth/ports.ts'
import type { Client } from '../oauth/types.ts'
import type { Settings } from '../settings.ts'
import { createApplications } from '../stores/applications.ts'
import { createApprovals } from '../stores/approvals.ts'
import { heldScopes } from '../stores/held-scopes.ts'
import type { Deps } from './deps.ts'

interface Parts {
  readonly db: Knex
  readonly keys: KeyRing
  readonly now: Now
  readonly settings: Settings
}

export const wireApprovals = ({
  db,
  keys,
  now,
  settings,
}: Parts): Pick<Deps, 'applications' | 'approvals' | 'remembered' | 'heldBefore'> => {
  const idOf = async (userId: string, client: Client) =>
    approvalId((await keys.current()).derive('approval'), userId, client)
  const approvals = createApprovals({ db, now, idOf })
  return {
    approvals,
    applications: createApplications({ db, now, idOf: settings.rememberConsent ? idOf : undefined }),
    remembered: settings.rememberConsent ? approvals : undefined,
    heldBefore: async (userId, client) => {
      const [held, approved] = await Promise.all([
        heldScopes(db, { userId, clientId: client.id }, now()),
        settings.rememberConsent ? approvals.find(userId, client) : [],
      ])
      return [...new Set([...held, ...approved])]
    },
  }
}
