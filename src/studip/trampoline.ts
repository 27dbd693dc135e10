// The row of personal_notifications that leads people back to us after a login (contract §4.3). Nobody sees it as a message.
import type { Knex } from 'knex'

const url = 'dispatch.php/api/oauth2/resume'
const mark = 'oauth2-sidecar'
/** Far ahead: Stud.IP deletes notifications of an age of 30 days. */
const mkdate = 4_294_967_295

export interface Trampoline {
  /** Id of the row; undefined when there is none. Rejects with the database's error. */
  find(): Promise<string | undefined>
  /** Id of the row, which is made if it is missing. Undefined when that is impossible: then the fallback page has to do. */
  ensure(): Promise<string | undefined>
}

type Rows = readonly { readonly id: number | string | null }[]

/**
 * Looks afresh at every call, because Stud.IP sweeps this table. Two instances that make the row at the same moment
 * may end with two that work; from then on all use the lower id. `onFault` hears why it is impossible.
 */
export const createTrampoline = ({ db, onFault }: { db: Knex; onFault?: (error: unknown) => void }): Trampoline => {
  const firstOf = async (sql: string, bindings: readonly string[]): Promise<string | undefined> => {
    const [[row]] = (await db.raw(sql, [...bindings])) as [Rows]
    return row?.id === null || row === undefined ? undefined : String(row.id)
  }
  // Without its receiver the row would fall to the sweep that follows the deletion of any user.
  const complete = () =>
    firstOf(
      `SELECT MIN(n.personal_notification_id) AS id FROM personal_notifications n
    JOIN personal_notifications_user u ON u.personal_notification_id = n.personal_notification_id AND u.user_id = ?
    WHERE n.html_id = ? AND n.url = ?`,
      [mark, mark, url],
    )
  const lowest = () =>
    firstOf('SELECT MIN(personal_notification_id) AS id FROM personal_notifications WHERE html_id = ? AND url = ?', [
      mark,
      url,
    ])
  const insert = async (): Promise<string> => {
    const [id] = await db('personal_notifications').insert({
      url,
      text: '',
      avatar: '',
      dialog: 0,
      html_id: mark,
      mkdate,
    })
    return String(id)
  }
  const create = async (): Promise<string> => {
    const inserted = (await lowest()) === undefined ? await insert() : undefined
    const id = (await lowest()) ?? inserted
    if (id === undefined) throw new Error('the notification vanished while it was made')
    await db('personal_notifications_user')
      .insert({ personal_notification_id: id, user_id: mark, seen: 1 })
      .onConflict()
      .ignore()
    if (inserted !== undefined && inserted !== id)
      await db('personal_notifications').where({ personal_notification_id: inserted, html_id: mark }).del()
    return id
  }
  return {
    find: complete,
    async ensure() {
      try {
        return (await complete()) ?? (await create())
      } catch (error) {
        onFault?.(error)
        return undefined
      }
    },
  }
}
