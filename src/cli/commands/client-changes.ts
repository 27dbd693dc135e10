// oauth2:client:delete, :suspend, :resume and :secret — what an operator does to one client (D10).
import type { Knex } from 'knex'
import type { Argv } from 'yargs'
import { hashClientSecret, newClientSecret } from '../../crypto/client-secret.ts'
import { createClientAdministration, type ClientAdministration } from '../../stores/client-administration.ts'
import type { RegisteredClient } from '../../stores/registered-clients.ts'
import type { AuditEvent } from '../../oauth/ports.ts'
import type { Settings } from '../../settings.ts'
import { createClientRequests } from '../../stores/client-requests.ts'
import { approveRequested } from './client-requests.ts'
import { flag, text, type Command, type Options } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { record } from '../audit.ts'
import { printable } from '../../printable.ts'
import type { Translate } from '../texts.ts'
import { now, withDatabase } from '../with-database.ts'

const withId = (args: Argv, t: Translate) =>
  args.positional('id', { type: 'string', describe: t('client.id'), demandOption: true })
const withIdAndForce = (args: Argv, t: Translate) =>
  withId(args, t).option('force', { type: 'boolean', describe: t('option.force') })

const clientOf = async (
  administration: ClientAdministration,
  options: Options,
  t: Translate,
): Promise<RegisteredClient> => {
  const id = text(options, 'id')
  const client = /^[1-9][0-9]{0,19}$/.test(id) ? await administration.get(id) : undefined
  if (!client) throw new CommandError(t('client.unknown', { id }))
  return client
}

/** Finds the client, then does `work` on it. */
const onClient = <T>(
  options: Options,
  t: Translate,
  work: (administration: ClientAdministration, client: RegisteredClient) => Promise<T>,
): Promise<T> =>
  withDatabase(async (db) => {
    const administration = createClientAdministration(db, now)
    return work(administration, await clientOf(administration, options, t))
  })

export const clientDelete: Command = {
  name: 'oauth2:client:delete',
  positional: '<id>',
  describe: 'client.delete.describe',
  examples: [['$0 oauth2:client:delete 7', 'client.delete.example']],
  options: withIdAndForce,
  run: (options, { t, consent, progress, success, result }) =>
    onClient(options, t, async (administration, client) => {
      await consent(
        flag(options, 'force'),
        t('client.delete.question', { id: client.id, name: printable(client.name) }),
      )
      const bar = progress()
      const ended = (await administration.delete(client.id, bar.update).finally(bar.stop)) ?? 0
      await record([{ event: 'client.deleted', clientId: client.id }], options)
      success(t('client.delete.done', { count: ended }))
      result({ id: client.id, deleted: true, grantsEnded: ended })
    }),
}

interface Switch {
  readonly db: Knex
  readonly settings: Settings
  readonly t: Translate
}

/** What somebody asked for begins to work by being approved (D35). @returns the event, undefined where nothing changed */
const switchClient = async (
  { db, settings, t }: Switch,
  { id }: RegisteredClient,
  change: 'suspend' | 'resume',
): Promise<AuditEvent['event'] | undefined> => {
  const requested = change === 'resume' ? await createClientRequests(db, now).get(id) : undefined
  if (requested && requested.request.state !== 'approved')
    return (await approveRequested({ db, settings, t }, requested)) ? 'client.approved' : undefined
  const isChanged = await createClientAdministration(db, now)[change](id)
  return isChanged ? (change === 'suspend' ? 'client.suspended' : 'client.resumed') : undefined
}

const switchCommand = (change: 'suspend' | 'resume'): Command => ({
  name: `oauth2:client:${change}`,
  positional: '<id>',
  describe: `client.${change}.describe`,
  examples: [[`$0 oauth2:client:${change} 7`, `client.${change}.example`]],
  options: withId,
  run: (options, { t, success, result }) =>
    withDatabase(async (db, settings) => {
      const client = await clientOf(createClientAdministration(db, now), options, t)
      const event = await switchClient({ db, settings, t }, client, change)
      if (event) await record([{ event, clientId: client.id }], options)
      success(t(event ? `client.${change}.done` : `client.${change}.already`))
      result({ id: client.id, suspended: change === 'suspend', changed: event !== undefined })
    }),
})
export const clientSuspend = switchCommand('suspend')
export const clientResume = switchCommand('resume')

export const clientSecret: Command = {
  name: 'oauth2:client:secret',
  positional: '<id>',
  describe: 'client.secret.describe',
  examples: [['$0 oauth2:client:secret 7', 'client.secret.example']],
  options: withIdAndForce,
  run: (options, { t, consent, success, answer, result }) =>
    onClient(options, t, async (administration, client) => {
      const { id } = client
      if (!client.confidential) throw new CommandError(t('client.secret.public', { id }))
      await consent(flag(options, 'force'), t('client.secret.question', { id, name: printable(client.name) }))
      const secret = newClientSecret()
      if (!(await administration.renewSecret(id, await hashClientSecret(secret))))
        throw new CommandError(t('client.unknown', { id }))
      await record([{ event: 'client.secret-renewed', clientId: id }], options)
      success(t('client.secret.done'))
      answer(t('client.add.secret', { secret }))
      result({ id, secret })
    }),
}
