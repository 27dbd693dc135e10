// Stand-in for personal notifications: the page that marks one as read and goes to its address, and their cleaning (contract §4.3).
import type { Knex } from 'knex'
import type { StandIn } from './stand-in.ts'
import type { Visit } from './visit.ts'

/** dispatch.php/jsupdater/mark_notification_read/<id> */
export async function markNotificationRead({ db, base }: StandIn, visit: Visit, id: string): Promise<void> {
  const row = /^\d+$/.test(id)
    ? ((await db('personal_notifications').where({ personal_notification_id: id }).first('url')) as
        { url: string } | undefined)
    : undefined
  if (!row) return visit.ctx.redirect(`${base}dispatch.php/start`)
  if (visit.user) {
    const same = db('personal_notifications').where({ url: row.url }).select('personal_notification_id')
    await db('personal_notifications_user')
      .where({ user_id: visit.user.user_id })
      .whereIn('personal_notification_id', same)
      .update({ seen: 1 })
  }
  visit.ctx.redirect(row.url.startsWith('http') ? row.url : visit.root + row.url)
}

/** What Stud.IP does now and then: notifications older than 30 days go, and those that nobody is to receive. */
export async function collectNotifications(db: Knex, now: number): Promise<void> {
  await db('personal_notifications')
    .where('mkdate', '<', now - 30 * 86_400)
    .delete()
  await db('personal_notifications_user')
    .whereNotIn('personal_notification_id', db('personal_notifications').select('personal_notification_id'))
    .delete()
  await db('personal_notifications')
    .whereNotIn('personal_notification_id', db('personal_notifications_user').select('personal_notification_id'))
    .delete()
}
