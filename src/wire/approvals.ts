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
import type { LookUp } from '../stores/lookups.ts'
import { createOneAtATime } from '../one-at-a-time.ts'
import type { Read } from '../stores/reads.ts'
import type { Deps } from './deps.ts'

interface PermsRow {
  readonly asked: string
  readonly perms: string
}

const permsSql = 'SELECT user_id AS asked, perms FROM auth_user_md5 WHERE user_id IN (?)'

interface Parts {
  readonly db: Knex
  readonly read: Read
  readonly lookUp: LookUp
  readonly keys: KeyRing
  readonly now: Now
  readonly settings: Settings
}

export const wireApprovals = ({
  db,
  read,
  lookUp,
  keys,
  now,
  settings,
}: Parts): Pick<Deps, 'applications' | 'approvals' | 'remembered' | 'heldBefore'> => {
  const permsOf = async (userId: string) => (await lookUp<PermsRow>(permsSql, userId))?.perms
  const idOf = async (userId: string, client: Client, known?: string) => {
    const [ring, perms] = await Promise.all([keys.current(), known ?? permsOf(userId)])
    return approvalId(ring.derive('approval'), { userId, perms }, client)
  }
  const approvals = createApprovals({ db, lookUp, now, idOf })
  const oneAtATime = createOneAtATime<readonly string[]>()
  const held = (userId: string, { id: clientId }: Client) =>
    oneAtATime(`${userId} ${clientId}`, () => heldScopes(read, { userId, clientId }, now()))
  return {
    approvals,
    applications: createApplications({ db, now, idOf: settings.rememberConsent ? idOf : undefined }),
    remembered: settings.rememberConsent ? approvals : undefined,
    heldBefore: async (userId, client, approved = settings.rememberConsent ? approvals.find(userId, client) : []) => {
      const both = await Promise.all([held(userId, client), approved])
      return [...new Set(both.flat())]
    },
  }
}
