// oauth2:clients — lists the registered clients.
import { createClientAdministration } from '../../stores/client-administration.ts'
import type { RegisteredClient } from '../../stores/registered-clients.ts'
import { numberIn, text, type Command } from '../command.ts'
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
}

export const clients: Command = {
  name: 'oauth2:clients',
  describe: 'clients.describe',
  examples: [['$0 oauth2:clients --search example.org --json', 'clients.example']],
  options: (args, t) =>
    args
      .option('search', { type: 'string', default: '', describe: t('clients.search') })
      .option('page', { type: 'number', default: 1, describe: t('clients.page') })
      .option('page-size', { type: 'number', default: 100, describe: t('clients.page-size') }),
  run: async (options, terminal) => {
    const { t, say, result } = terminal
    const view = {
      search: text(options, 'search'),
      page: numberIn(options, 'page', [1, 1_000_000], t),
      pageSize: numberIn(options, 'page-size', [1, 1000], t),
    }
    const found = await withDatabase((db) => createClientAdministration(db, now).list(view))
    if (found.clients.length === 0) say(t('clients.none'))
    else print(terminal, found.clients)
    if (found.total > found.clients.length)
      say(t('clients.of', { shown: found.clients.length, total: found.total, page: view.page }))
    result({ total: found.total, page: view.page, clients: found.clients })
  },
}
