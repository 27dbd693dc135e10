// oauth2:client:add — registers a client by the same rules as the page (D19, contract §11.4).
import { hashClientSecret, newClientSecret } from '../../crypto/client-secret.ts'
import {
  checkClientRegistration,
  type CheckedRegistration,
  type RegistrationFault,
} from '../../oauth/client-registration.ts'
import { isFixedToItsPort, type RedirectUriFault } from '../../oauth/redirect-uri-registration.ts'
import { UnstorableError } from '../../stores/unstorable.ts'
import { createClientAdministration } from '../../stores/client-administration.ts'
import { flag, list, text, type Command, type Options } from '../command.ts'
import { CommandError } from '../command-error.ts'
import { record } from '../audit.ts'
import type { Translate } from '../texts.ts'
import { now, withDatabase } from '../with-database.ts'

const optionOf = {
  name: 'name',
  redirect: 'redirect',
  description: 'description',
  confidentiality: 'public',
  owner: 'owner',
  homepage: 'homepage',
  admin_notes: 'notes',
} as const

const sentence = (t: Translate, fault: RegistrationFault): string => {
  if ('uri' in fault) return t.redirectUri(fault.code as RedirectUriFault, fault.uri!)
  return t(`registration.${fault.code as 'missing' | 'too-long' | 'malformed' | 'unstorable'}`, {
    option: optionOf[fault.field],
  })
}

const registrationOf = (options: Options, t: Translate): CheckedRegistration => {
  const insecure = flag(options, 'allow-insecure-redirect')
  const checked = checkClientRegistration(
    {
      name: text(options, 'name'),
      redirect: list(options, 'redirect').join('\n'),
      description: text(options, 'description'),
      confidentiality: flag(options, 'public') ? 'public' : 'confidential',
      owner: text(options, 'owner'),
      homepage: text(options, 'homepage'),
      admin_notes: text(options, 'notes'),
    },
    { insecureHttp: insecure, sharedScheme: insecure },
  )
  if ('client' in checked) return checked.client
  throw faulty(t, checked.faults)
}

const faulty = (t: Translate, faults: readonly RegistrationFault[]): CommandError =>
  new CommandError([t('fault.registration'), ...faults.map((fault) => `  - ${sentence(t, fault)}`)].join('\n'), 'usage')

export const clientAdd: Command = {
  name: 'oauth2:client:add',
  describe: 'client.add.describe',
  examples: [
    [
      '$0 oauth2:client:add --name App --redirect org.example.app:/cb --public --owner "Example" --homepage https://example.org',
      'client.add.example',
    ],
    [
      '$0 oauth2:client:add --name Portal --redirect https://portal.example.org/cb --owner "Example" --homepage https://example.org',
      'client.add.example-confidential',
    ],
  ],
  repeatable: ['redirect'],
  options: (args, t) =>
    args
      .option('name', { type: 'string', demandOption: true, describe: t('client.add.name') })
      .option('redirect', {
        type: 'string',
        array: true,
        nargs: 1,
        demandOption: true,
        describe: t('client.add.redirect'),
      })
      .option('public', { type: 'boolean', describe: t('client.add.public') })
      .option('owner', { type: 'string', demandOption: true, describe: t('client.add.owner') })
      .option('homepage', { type: 'string', demandOption: true, describe: t('client.add.homepage') })
      .option('description', { type: 'string', default: '', describe: t('client.add.description') })
      .option('notes', { type: 'string', default: '', describe: t('client.add.notes') })
      .option('allow-insecure-redirect', { type: 'boolean', describe: t('client.add.allow-insecure-redirect') }),
  run: async (options, { t, success, answer, warn, result }) => {
    const { confidential, ...client } = registrationOf(options, t)
    const secret = confidential ? newClientSecret() : undefined
    const secretHash = secret ? await hashClientSecret(secret) : null
    const id = await withDatabase((db) => createClientAdministration(db, now).add({ ...client, secretHash })).catch(
      (error: unknown) => {
        throw error instanceof UnstorableError ? faulty(t, error.faults) : error
      },
    )
    await record([{ event: 'client.added', clientId: id }], options)
    success(t('client.add.done', { id }))
    for (const uri of client.redirectUris.filter(isFixedToItsPort)) warn(t('client.add.fixed-port', { uri }))
    if (secret) answer(t('client.add.secret', { secret }))
    result({ id, ...(secret && { secret }) })
  },
}
