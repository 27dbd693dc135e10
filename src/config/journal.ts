// Whether what this process writes goes to systemd's journal, which reads a priority before each line (sd-daemon(3)).
import { fstatSync } from 'node:fs'

/** True when this file descriptor is the stream that systemd opened for the journal (systemd.exec(5), JOURNAL_STREAM). */
export const isJournal = (fd: 1 | 2, { JOURNAL_STREAM } = process.env): boolean => {
  if (!JOURNAL_STREAM) return false
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true })
    return JOURNAL_STREAM === `${dev}:${ino}`
  } catch {
    return false
  }
}

// Priorities of syslog(3).
const priorities: Readonly<Record<string, number>> = { fatal: 2, error: 3, warn: 4, info: 6, debug: 7, trace: 7 }

/** What stands before a line of this level. */
export const priorityOf = (level: string): string => `<${priorities[level] ?? 6}>`
