// oauth2:client:approve and :reject — root answers at the command line who asked for a client (D35).
import type { Argv } from 'yargs'
import type { Knex } from 'knex'
import { checkReason, reasonLimit, type Named } from '../../oauth/client-request.ts'
import type { Settings } from '../../settings.ts'
import { createClientRequests, type ClientRequests, type RequestedClient } from '../../stores/client-requests.ts'
import { createLookUp } from '../../stores/lookups.ts'
import { createRead } from '../../stores/reads.ts'
import { UnstorableError } from '../../stores/unstorable.ts'
import { createUsers } from '../../studip/users.ts'
import { text, type Command, type Options } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { record } from '../audit.ts'
import type { Translate } from '../texts.ts'
import { now, withDatabase } from '../with-database.ts'

/** In the notes; who that was stands in the log of the system. */
const operator: Named = { id: '-', username: 'bin/studip' }

const withId = (args: Argv, t: Translate) =>
  args.positional('id', { type: 'string', describe: t('client.id'), demandOption: true })

const requestOf = async (requests: ClientRequests, id: string, t: Translate): Promise<RequestedClient> => {
  const client = /^[1-9][0-9]{0,19}$/.test(id) ? await requests.get(id) : undefined
  if (!client) throw new CommandError(t('client.request.unknown', { id }))
  return client
}

/** @returns false when it was approved before @throws CommandError when the person may not log in, or it was decided meanwhile */
export const approveRequested = async (
  { db, settings, t }: { readonly db: Knex; readonly settings: Settings; readonly t: Translate },
  { id, request }: RequestedClient,
): Promise<boolean> => {
  if (request.state === 'approved') return false
  const users = createUsers({ lookUp: createLookUp(createRead(db)), settings, now })
  if ((await users.stateOf(request.by.id)) === 'refused')
    throw new CommandError(t('client.approve.refused', { username: request.by.username, id }))
  if ((await createClientRequests(db, now).approve(id, operator)) !== 'done')
    throw new CommandError(t('client.request.decided', { id }))
  return true
}

export const clientApprove: Command = {
  name: 'oauth2:client:approve',
  positional: '<id>',
  describe: 'client.approve.describe',
  examples: [['$0 oauth2:client:approve 7', 'client.approve.example']],
  options: withId,
  run: (options, { t, success, result }) =>
    withDatabase(async (db, settings) => {
      const client = await requestOf(createClientRequests(db, now), text(options, 'id'), t)
      const changed = await approveRequested({ db, settings, t }, client)
      if (changed) await record([{ event: 'client.approved', clientId: client.id }], options)
      success(t(changed ? 'client.approve.done' : 'client.approve.already'))
      result({ id: client.id, approved: true, changed })
    }),
}

const reasonOf = (options: Options, t: Translate): string => {
  const checked = checkReason(text(options, 'reason'))
  if ('reason' in checked) return checked.reason
  throw new CommandError(t(`client.reject.${checked.fault}`, { limit: reasonLimit }), 'usage')
}

const reject = async (requests: ClientRequests, client: RequestedClient, reason: string, t: Translate) => {
  const { id, request } = client
  if (request.state === 'rejected') return false
  if (request.state !== 'open') throw new CommandError(t('client.reject.approved', { id }))
  const outcome = await requests.reject(id, operator, reason).catch((error: unknown) => {
    throw error instanceof UnstorableError ? new CommandError(t('client.reject.unstorable'), 'usage') : error
  })
  if (outcome !== 'done') throw new CommandError(t('client.request.decided', { id }))
  return true
}

export const clientReject: Command = {
  name: 'oauth2:client:reject',
  positional: '<id>',
  describe: 'client.reject.describe',
  examples: [['$0 oauth2:client:reject 7 --reason "The redirect URI is not yours"', 'client.reject.example']],
  options: (args, t) =>
    withId(args, t).option('reason', { type: 'string', demandOption: true, describe: t('client.reject.reason') }),
  run: (options, { t, success, result }) => {
    const reason = reasonOf(options, t)
    return withDatabase(async (db) => {
      const requests = createClientRequests(db, now)
      const client = await requestOf(requests, text(options, 'id'), t)
      const changed = await reject(requests, client, reason, t)
      if (changed) await record([{ event: 'client.rejected', clientId: client.id }], options)
      success(t(changed ? 'client.reject.done' : 'client.reject.already'))
      result({ id: client.id, rejected: true, changed })
    })
  },
}
