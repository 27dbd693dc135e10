// Pages that could grow with what they are about: of a user with many grants, and of an administrator with many clients.
import { users } from '../fixtures/users.ts'
import { insertSession } from '../support/php-session-writer.ts'
import { redirectUri } from './environment.ts'
import type { Environment } from './environment.ts'
import { insertTokenRows } from './issuing.ts'
import { generate, inTurns } from './measure.ts'
import { startOurs } from './ours.ts'
import { get } from './requests.ts'
import { atMost, format } from './sections.ts'
import type { Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

const clientsFrom = 1_000

/** Clients with the ids from 1,000 on, all there are but for the two of every section. */
const haveClients = async ({ database: { knex } }: Environment, count: number): Promise<void> => {
  await knex('oauth2_clients').where('id', '>=', clientsFrom).delete()
  const rows = Array.from({ length: count }, (_, index) => ({
    id: clientsFrom + index,
    name: `Client ${index}`,
    secret: null,
    redirect: redirectUri,
    revoked: 0,
    description: 'An application of the bench',
    owner: 'Bench',
    homepage: 'https://example.org/',
    admin_notes: '',
    mkdate: 1,
    chdate: 1,
  }))
  for (let from = 0; from < count; from += 500) await knex('oauth2_clients').insert(rows.slice(from, from + 500))
}

/** The longest that one user can have: fifty of each client (S-115). */
const grantsOfClient = 50

const haveGrants = async (environment: Environment, userId: string, count: number): Promise<void> => {
  const clients = Math.ceil(Math.max(10, count / grantsOfClient))
  for (let client = 0; client < clients; client++)
    await insertTokenRows(environment, {
      clientId: String(clientsFrom + client),
      count: Math.ceil(count / clients),
      userOf: () => userId,
    })
}

const pageOf = async (environment: Environment, uid: string, path: string): Promise<string> => {
  const sid = await insertSession(environment.database.knex, { content: { uid, language: 'de_DE' } })
  return get(path, { Accept: 'text/html', Cookie: `Studip_Session=${sid}` })
}

/** Milliseconds, one page at a time. */
const timeOf = async (port: number, request: string, seconds: number): Promise<number> =>
  (await generate({ port, connections: 1, warmUpSeconds: seconds / 4, seconds, kind: 'repeat', requests: [request] }))
    .latency.p50

const [few, many] = [10, 10_000]

export const grantsPage = async (environment: Environment, { rounds, seconds }: Scale): Promise<SectionResult> => {
  await haveClients(environment, many / grantsOfClient)
  await haveGrants(environment, users.autor.user_id, few)
  await haveGrants(environment, users.tutor.user_id, many)
  const ours = await startOurs(environment, 'rsa4096', { count: 0 })
  try {
    const page = (uid: string) => pageOf(environment, uid, 'applications')
    const [ofFew, ofMany] = [await page(users.autor.user_id), await page(users.tutor.user_id)]
    for (const request of [ofFew, ofMany]) await timeOf(ours.port, request, seconds * 3)
    const taken = await inTurns(
      { few: () => timeOf(ours.port, ofFew, seconds), many: () => timeOf(ours.port, ofMany, seconds) },
      rounds,
    )
    const of = (name: string) => median(taken[name] ?? [])
    return {
      data: taken,
      lines: [
        atMost(
          `Page of a user with ${format(many)} grants (${format(of('many'))} ms), over one with ${few} (${format(of('few'))} ms)`,
          3,
          of('many') / of('few'),
          ' ×',
        ),
      ],
    }
  } finally {
    await ours.stop()
  }
}

const [fewClients, manyClients] = [20, 2_000]

export const clientList = async (environment: Environment, { rounds, seconds }: Scale): Promise<SectionResult> => {
  const ours = await startOurs(environment, 'rsa4096', { count: 0 })
  try {
    const list = await pageOf(environment, users.root.user_id, '/dispatch.php/admin/oauth2')
    const withClients = async (count: number): Promise<number> => {
      await haveClients(environment, count)
      return timeOf(ours.port, list, seconds)
    }
    await withClients(fewClients)
    const taken = await inTurns({ few: () => withClients(fewClients), many: () => withClients(manyClients) }, rounds)
    const of = (name: string) => median(taken[name] ?? [])
    return {
      data: taken,
      lines: [
        atMost(
          `Administrator's list of ${format(manyClients)} clients (${format(of('many'))} ms), over one of ${fewClients} (${format(of('few'))} ms)`,
          3,
          of('many') / of('few'),
          ' ×',
        ),
      ],
    }
  } finally {
    await ours.stop()
  }
}
