// What Stud.IP's own files say of settings that may be set by hand, so that the two can be compared.
import type { DatabaseSettings, StudipVersion } from '../settings.ts'
import { nativeDatabase } from './database.ts'
import { studipText, type Sources } from './reading.ts'
import { sessionOption } from './session.ts'

export interface Native {
  /** $ABSOLUTE_URI_STUDIP. */
  readonly baseUrl: string | undefined
  readonly sessionCookie: string | undefined
  /** As text: seconds, where Stud.IP is right. */
  readonly sessionLifetime: string | undefined
  /** Without the login. */
  readonly database: DatabaseSettings | undefined
}

/** Each undefined where the files do not say it, or not in a way that can be read. */
export const nativeValues = (sources: Sources, version: StudipVersion): Native => {
  const quiet = { ...sources, fault: () => undefined }
  return {
    baseUrl: studipText(quiet, 'ABSOLUTE_URI_STUDIP', 'BASE_URL')?.text,
    sessionCookie: sessionOption(quiet, version, 'name', 'SESSION_COOKIE')?.value,
    database: nativeDatabase(quiet),
    sessionLifetime: sessionOption(quiet, version, 'lifetime', 'SESSION_LIFETIME')?.value,
  }
}
