// Every command, in the order of the overview.
import { clientAdd } from './commands/client-add.ts'
import { clientDelete, clientResume, clientSecret, clientSuspend } from './commands/client-changes.ts'
import { clientApprove, clientReject } from './commands/client-requests.ts'
import { clients } from './commands/clients.ts'
import { doctor } from './commands/doctor.ts'
import { grants } from './commands/grants.ts'
import { keys } from './commands/keys.ts'
import { migrate } from './commands/migrate.ts'
import { personDelete, personExport } from './commands/person.ts'
import { purge } from './commands/purge.ts'
import { serve } from './commands/serve.ts'
import type { Command } from './command.ts'

export const commands: readonly Command[] = [
  serve,
  doctor,
  keys,
  purge,
  migrate,
  clients,
  clientAdd,
  clientDelete,
  clientSuspend,
  clientResume,
  clientSecret,
  clientApprove,
  clientReject,
  grants,
  personExport,
  personDelete,
]
