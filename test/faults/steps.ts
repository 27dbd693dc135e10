// Stops a redemption or a rotation inside its transaction, at the statement of one's choice, by locks that another connection holds.
import { createConnection, type Connection } from 'mysql2/promise'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseSettings } from '../../src/settings.ts'

/** Ids of what is about to be used; `accessId` only for a rotation. */
export interface Subject {
  readonly grantId: string
  readonly presentedId: string
  readonly accessId?: string
}

export interface Step {
  readonly name: string
  /** Takes the lock. */
  readonly lock: (subject: Subject) => readonly string[]
  /** The statement that is then seen waiting. */
  readonly waiting: RegExp
}

const row = (table: string, id: string): string => `SELECT id FROM ${table} WHERE id = '${id}' FOR UPDATE`
// No such rows: gap locks only, which hold up inserts of the grant and let its rows change.
const gaps = (table: string, grantId: string): readonly string[] =>
  ['0', 'f'].map((digit) => row(table, grantId + digit.repeat(48)))
// Lets statements go on and holds up every COMMIT.
const commits = ['BACKUP STAGE START', 'BACKUP STAGE FLUSH', 'BACKUP STAGE BLOCK_DDL', 'BACKUP STAGE BLOCK_COMMIT']

const insertAccess: Step = {
  name: 'INSERT access token',
  lock: ({ grantId }) => gaps('oauth2_access_tokens', grantId),
  waiting: /^INSERT INTO oauth2_access_tokens/,
}
const insertRefresh: Step = {
  name: 'INSERT refresh token',
  lock: ({ grantId }) => gaps('oauth2_refresh_tokens', grantId),
  waiting: /^INSERT INTO oauth2_refresh_tokens/,
}
const commit: Step = { name: 'COMMIT', lock: () => commits, waiting: /^COMMIT/ }

const locked = (table: string): Step => ({
  name: 'lock',
  lock: ({ presentedId }) => [row(table, presentedId)],
  waiting: /^SELECT 1 FROM oauth2_(auth_codes|refresh_tokens) .*FOR UPDATE/,
})

export const redemptionSteps: readonly Step[] = [locked('oauth2_auth_codes'), insertAccess, insertRefresh, commit]
export const rotationSteps: readonly Step[] = [
  locked('oauth2_refresh_tokens'),
  insertAccess,
  insertRefresh,
  {
    name: 'UPDATE both tokens',
    lock: ({ accessId }) => [row('oauth2_access_tokens', accessId ?? '')],
    waiting: /^UPDATE oauth2_refresh_tokens r LEFT JOIN/,
  },
  commit,
]

export interface Hold {
  /** Resolves when the service's transaction waits there. */
  reached(): Promise<void>
  /** Lets it go on. */
  release(): Promise<void>
}

const connected = async ({
  host = '127.0.0.1',
  port = 3306,
  user,
  password,
  database,
}: DatabaseSettings): Promise<Connection> => {
  const connection = await createConnection({ host, port, user, password, database })
  // The server under it will be killed.
  connection.on('error', () => undefined)
  return connection
}

/** Takes the lock of a step; it ends with `release` or with the server. */
export const holdAt = async (step: Step, subject: Subject, settings: DatabaseSettings): Promise<Hold> => {
  const [holder, watcher] = await Promise.all([connected(settings), connected(settings)])
  await holder.query('START TRANSACTION')
  for (const sql of step.lock(subject)) await holder.query(sql)
  const reached = async () => {
    for (;;) {
      const [rows] = (await watcher.query(
        'SELECT info FROM information_schema.processlist WHERE info IS NOT NULL',
      )) as unknown as [{ info: string }[]]
      if (rows.some(({ info }) => step.waiting.test(info.trim()))) return
      await sleep(25)
    }
  }
  const release = async () => {
    holder.destroy()
    watcher.destroy()
    await Promise.resolve()
  }
  return { reached, release }
}
