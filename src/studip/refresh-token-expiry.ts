// When a refresh token of now expires: one month on, in Stud.IP's time zone (contract §9.1).
import { oneMonthAfter } from './calendar-month.ts'
import type { StudipConfig } from './config.ts'

/** Milliseconds between looks at Stud.IP's time zone: known without a round trip, and an hour's delay does no harm to a month. */
const lookAgain = 3_600_000

/** Unix seconds → Unix seconds. Looks after the time zone for as long as the process lives. */
export const createRefreshTokenExpiry = (config: Pick<StudipConfig, 'global'>): ((now: number) => number) => {
  let zone = 'Europe/Berlin'
  const look = () =>
    void config.global('DEFAULT_TIMEZONE').then(
      (found) => (zone = found),
      () => undefined,
    )
  look()
  setInterval(look, lookAgain).unref()
  // Calendars are slow and requests come many to the second.
  let last = { now: Number.NaN, zone, expiry: 0 }
  return (now) => {
    if (last.now !== now || last.zone !== zone) last = { now, zone, expiry: oneMonthAfter(now, zone) }
    return last.expiry
  }
}
