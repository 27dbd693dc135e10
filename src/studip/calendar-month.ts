// One calendar month later, as PHP's P1M counts it in Stud.IP's time zone (contract §9.1).
import { DateTime } from 'luxon'

/** Unix seconds one month after `now`: the same local time, and 31 January + 1 month is 3 March (2 March in leap years). */
export const oneMonthAfter = (now: number, timeZone: string): number => {
  const start = DateTime.fromSeconds(now, { zone: timeZone })
  const local = start.isValid ? start : DateTime.fromSeconds(now, { zone: 'Europe/Berlin' })
  // luxon would stop at the end of February; PHP lets the surplus days run on.
  return Math.floor(
    local
      .set({ day: 1 })
      .plus({ months: 1 })
      .plus({ days: local.day - 1 })
      .toSeconds(),
  )
}
