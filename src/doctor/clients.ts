// Which stored clients would a new registration refuse (D19, S-005), or can never log in?
import { checkRedirectUri } from '../oauth/redirect-uri-registration.ts'
import { isOpenRequestSql, openRequestBinding } from '../stores/request-notes.ts'
import { rowsOf } from '../stores/rows.ts'
import { printable } from '../printable.ts'
import type { Translate } from './translate.ts'
import { fault, foundOr, note, warning, type Check, type Finding, type Patient } from './check.ts'

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
        ? [
            warning(
              t('doctor.clients.redirect', { id, name: printable(name), why: t.redirectUri(reason, printable(uri)) }),
            ),
          ]
        : []
    })

const secretFindings = ({ id, name, secret }: ClientRow, t: Translate): Finding[] =>
  secret && !/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(secret)
    ? [fault(t('doctor.clients.secret', { id, name: printable(name) }))]
    : []

/** A browser app that gets a token wants to use it: Stud.IP itself has to allow its origin. */
const corsFindings = async ({ db, t }: Patient, clients: readonly ClientRow[]): Promise<Finding[]> => {
  const inBrowsers = clients.filter(({ secret, redirect }) => !secret && /(^|,)https:/i.test(redirect))
  if (inBrowsers.length === 0) return []
  const [row] = await rowsOf<{ value: string | null }>(
    db.raw(
      "SELECT COALESCE((SELECT value FROM config_values WHERE field = 'JSONAPI_CORS_ORIGIN' AND range_id = 'studip'), (SELECT value FROM config WHERE field = 'JSONAPI_CORS_ORIGIN')) AS value",
    ),
  )
  const empty = /^\s{0,100}(\[\s{0,100}\]|\{\s{0,100}\}|""|null)?\s{0,100}$/.test(row?.value ?? '')
  return empty
    ? [
        note(
          t('doctor.clients.cors', {
            names: inBrowsers
              .slice(0, 5)
              .map(({ name }) => printable(name))
              .join(', '),
          }),
        ),
      ]
    : []
}

export const clientsCheck: Check = {
  name: 'check.clients',
  needs: ['check.database'],
  settings: [],
  run: async (patient) => {
    const { db, t } = patient
    const clients = await rowsOf<ClientRow>(
      db.raw(`SELECT id, name, secret, redirect FROM oauth2_clients WHERE NOT (${isOpenRequestSql}) ORDER BY id`, [
        openRequestBinding,
      ]),
    )
    return foundOr(
      [
        ...clients.flatMap((client) => [...redirectFindings(client, t), ...secretFindings(client, t)]),
        ...(await corsFindings(patient, clients)),
      ],
      t('doctor.clients.ok'),
    )
  },
}
