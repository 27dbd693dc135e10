// Dates as the reader writes them, in the installation's time zone.

export interface Moments {
  /** Day and time of unix seconds. */
  readonly when: (seconds: number) => string
  /** The same with seconds, as Stud.IP's footer has it. */
  readonly moment: (seconds: number) => string
  /** The day as `2026-11-29`. */
  readonly isoDay: (seconds: number) => string
  /** Day of unix seconds. */
  readonly day: (seconds: number) => string
  /** False where Europe/Berlin stands in for a name that is no zone's. */
  readonly isZoneKnown: boolean
}

const isZone = (timeZone: string): boolean => {
  try {
    new Intl.DateTimeFormat('de', { timeZone })
    return true
  } catch {
    return false
  }
}

const cache = new Map<string, Moments>()

/** Formats for a language tag (`de-DE`) and a zone of the IANA list; another zone counts as Europe/Berlin. */
export const moments = (languageTag: string, timeZone: string): Moments => {
  const name = `${languageTag} ${timeZone}`
  const known = cache.get(name)
  if (known) return known
  const isZoneKnown = timeZone === '' || isZone(timeZone)
  // Stud.IP's own default (contract §6.1).
  const zone = { timeZone: isZone(timeZone) ? timeZone : 'Europe/Berlin' }
  const time = new Intl.DateTimeFormat(languageTag, { dateStyle: 'medium', timeStyle: 'short', ...zone })
  const exact = new Intl.DateTimeFormat(languageTag, { dateStyle: 'medium', timeStyle: 'medium', ...zone })
  const date = new Intl.DateTimeFormat(languageTag, { dateStyle: 'medium', ...zone })
  const iso = new Intl.DateTimeFormat('sv-SE', zone)
  const made = {
    when: (seconds: number) => time.format(seconds * 1000),
    moment: (seconds: number) => exact.format(seconds * 1000),
    isoDay: (seconds: number) => iso.format(seconds * 1000),
    day: (seconds: number) => date.format(seconds * 1000),
    isZoneKnown,
  }
  cache.set(name, made)
  return made
}
