// Sessions in Stud.IP's file cache (contract §1.2): <dir>/<2 characters>/<md5 of the key>-<expiry>.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporarilyUnavailable } from '../oauth/errors.ts'
import type { Settings } from '../settings.ts'
import { cacheFileStem, sessionCacheKey } from './cache-key.ts'
import { unwrapString } from './php-session.ts'
import type { SeparateStore } from './session-store.ts'

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
const absentIsUndefined = (cause: unknown): undefined => {
  if (isMissing(cause)) return undefined
  throw temporarilyUnavailable('The session storage is not readable.', cause)
}

/**
 * Several files can carry one key. PHP takes the first by name and asks only then whether it has expired; so do we,
 * because the others are leftovers.
 */
export const fileSessions = (directory: string, prefix: Settings['cacheKeyPrefix']): SeparateStore => ({
  kind: 'separate',
  async read(sessionId, now) {
    const stem = cacheFileStem(sessionCacheKey(prefix, sessionId))
    const folder = join(directory, stem.slice(0, 2))
    const names = await readdir(folder).catch(absentIsUndefined)
    const [first] = (names ?? []).filter((name) => name.startsWith(`${stem}-`)).sort()
    if (first === undefined || !(Number(first.slice(stem.length + 1)) > now)) return undefined
    const content = await readFile(join(folder, first)).catch(absentIsUndefined)
    const bytes = content && unwrapString(content)
    return bytes && { bytes, changed: undefined }
  },
})
