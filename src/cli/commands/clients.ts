// oauth2:clients — lists the registered clients.
import { oddLettersOf } from '../../oauth/odd-letters.ts'
import { createClientAdministration } from '../../stores/client-administration.ts'
import { createClientRequests, type RequestedClient } from '../../stores/client-requests.ts'
import type { RegisteredClient } from '../../stores/registered-clients.ts'
import { flag, numberIn, text, type Command } from '../command.ts'
import { moment, printColumns } from '../columns.ts'
import type { Terminal } from '../terminal.ts'
import type { Translate } from '../texts.ts'
import { now, withDatabase } from '../with-database.ts'

const row = (t: Translate, client: RegisteredClient): string[] => [
  client.id,
  client.name,
  t(client.confidential ? 'type.confidential' : 'type.public'),
  t(client.suspended ? 'state.suspended' : 'state.active'),
  client.liveGrants === undefined ? '?' : String(client.liveGrants),
  moment(client.lastUsedAt),
  client.redirectUris.join(' '),
]

/** Below the list, so that no column is read as part of a name. */
const warn = ({ t, say }: Terminal, clients: readonly Pick<RegisteredClient, 'id' | 'name' | 'owner'>[]) => {
  for (const client of clients) {
    const letters = oddLettersOf(client)
    if (letters) say(t('clients.odd-letters', { id: client.id, letters }))
  }
}

const print = (terminal: Terminal, clients: readonly RegisteredClient[]) => {
  const { t } = terminal
  const headings = [
    'column.id',
    'column.name',
    'column.type',
    'column.state',
    'column.grants',
    'column.used',
    'column.redirect',
  ] as const
  printColumns(
    terminal,
    headings.map((heading) => t(heading)),
    clients.map((client) => row(t, client)),
  )
  warn(terminal, clients)
}

/** Characters; --json has them all. */
const shownOfPurpose = 60

const requestRow = (t: Translate, client: RequestedClient): string[] => [
  client.id,
  client.name,
  t(client.confidential ? 'type.confidential' : 'type.public'),
  client.request.by.username,
  moment(client.request.at),
  client.redirectUris.join(' '),
  Array.from(client.request.purpose).slice(0, shownOfPurpose).join(''),
]

const listRequests = async (terminal: Terminal): Promise<void> => {
  const { t, say, result } = terminal
  const { requests, total } = await withDatabase((db) => createClientRequests(db, now).open())
  const headings = [
    'column.id',
    'column.name',
    'column.type',
    'column.asked-by',
    'column.asked-at',
    'column.redirect',
    'column.purpose',
  ] as const
  if (requests.length === 0) say(t('clients.requested.none'))
  else {
    printColumns(
      terminal,
      headings.map((heading) => t(heading)),
      requests.map((request) => requestRow(t, request)),
    )
    warn(terminal, requests)
  }
  if (total > requests.length) say(t('clients.requested.of', { shown: requests.length, total }))
  result({ total, requests })
}

export const clients: Command = {
  name: 'oauth2:clients',
  describe: 'clients.describe',
  examples: [
    ['$0 oauth2:clients --search example.org --json', 'clients.example'],
    ['$0 oauth2:clients --requested', 'clients.requested.example'],
  ],
  options: (args, t) =>
    args
      .option('requested', { type: 'boolean', describe: t('clients.requested') })
      .option('search', { type: 'string', default: '', describe: t('clients.search') })
      .option('page', { type: 'number', default: 1, describe: t('clients.page') })
      .option('page-size', { type: 'number', default: 100, describe: t('clients.page-size') }),
  run: async (options, terminal) => {
    if (flag(options, 'requested')) return listRequests(terminal)
    const { t, say, result } = terminal
    const view = {
      search: text(options, 'search'),
      page: numberIn(options, 'page', [1, 1_000_000], t),
      pageSize: numberIn(options, 'page-size', [1, 1000], t),
    }
    const [found, waiting] = await withDatabase((db) =>
      Promise.all([createClientAdministration(db, now).list(view), createClientRequests(db, now).open()]),
    )
    if (found.clients.length === 0) say(t('clients.none'))
    else print(terminal, found.clients)
    if (found.total > found.clients.length)
      say(t('clients.of', { shown: found.clients.length, total: found.total, page: found.page }))
    if (waiting.total > 0) say(t('clients.waiting', { count: waiting.total }))
    result({ total: found.total, page: found.page, clients: found.clients })
  },
}
