// Which stored clients would a new registration refuse (D19, S-005), or can never log in?
import { checkRedirectUri } from '../oauth/redirect-uri-registration.ts'
import { rowsOf } from '../stores/rows.ts'
import { printable } from '../printable.ts'
import type { Translate } from './translate.ts'
import { fault, foundOr, warning, type Check, type Finding } from './check.ts'

interface ClientRow {
  readonly id: string
  readonly name: string
  readonly secret: string | null
  readonly redirect: string
}

const redirectFindings = ({ id, name, redirect }: ClientRow, t: Translate): Finding[] =>
  redirect
    .split(',')
    .filter((uri) => uri !== '')
    .flatMap((uri) => {
      const reason = checkRedirectUri(uri)
      return reason
        ? [warning(t('doctor.clients.redirect', { id, name: printable(name), uri: printable(uri), reason }))]
        : []
    })

const secretFindings = ({ id, name, secret }: ClientRow, t: Translate): Finding[] =>
  secret && !/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(secret)
    ? [fault(t('doctor.clients.secret', { id, name: printable(name) }))]
    : []

export const clientsCheck: Check = {
  name: 'check.clients',
  needs: ['check.tables', 'check.rights'],
  run: async ({ db, t }) => {
    const clients = await rowsOf<ClientRow>(db.raw('SELECT id, name, secret, redirect FROM oauth2_clients ORDER BY id'))
    return foundOr(
      clients.flatMap((client) => [...redirectFindings(client, t), ...secretFindings(client, t)]),
      t('doctor.clients.ok'),
    )
  },
}
