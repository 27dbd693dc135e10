// Where clients and users are looked up: at once, or in the groups in which tokens are signed (D22).
import type { SealingCredentials } from '../crypto/formats/of.ts'
import type { Now } from '../oauth/ports.ts'
import type { Parties } from '../oauth/grants/grant.ts'
import type { Settings } from '../settings.ts'
import { createClients } from '../stores/clients.ts'
import { createLookUp, type LookUp } from '../stores/lookups.ts'
import type { Read } from '../stores/reads.ts'
import { createUsers } from '../studip/users.ts'
import type { Deps } from './deps.ts'

interface Parts {
  readonly read: Read
  readonly lookUp: LookUp
  readonly credentials: SealingCredentials
  readonly settings: Settings
  readonly now: Now
}

export const wireParties = ({
  read,
  lookUp,
  credentials,
  settings,
  now,
}: Parts): Pick<Deps, 'clients' | 'users' | 'beforeSigning'> => {
  const partiesBy = (by: LookUp) => ({
    clients: createClients(by),
    users: createUsers({ lookUp: by, settings, now }),
  })
  const beforeSigning: Parties = partiesBy(createLookUp(read, () => credentials.runningDry()))
  return { ...partiesBy(lookUp), beforeSigning }
}
