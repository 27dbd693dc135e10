// The file of settings that the service and its commands share. The first thing a start reads, so it knows nothing of the other sources.
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { bounds } from '../bounds.ts'
import type { Environment } from '../php/dotenv.ts'
import { parseEnvironmentFile } from './environment-file.ts'
import type { Sources } from './reading.ts'

/** What systemd hands to the service by `EnvironmentFile=`, so that a command by hand knows it too. */
export interface SharedFile {
  readonly file: string
  readonly values: Environment
  /** Lines that are no assignment. */
  readonly passedOver: readonly number[]
  readonly found: boolean
  /** True when it is there and this user may not read it. */
  readonly forbidden: boolean
}

const nothing = { values: {}, passedOver: [], found: false } as const
const defaultFile = '/etc/studip-oauth2/env'

/** The text of a file. Rejects with the system's error, and with EFBIG above the bound. */
export const readBounded = async (file: string): Promise<string> => {
  if ((await stat(file)).size > bounds.configurationFile.most)
    throw Object.assign(new Error('too large'), { code: 'EFBIG' })
  return readFile(file, 'utf8')
}

/** Reads the file that STUDIP_OAUTH2_ENV_FILE names, else the usual one; an empty name means none. */
export const readSharedFile = async (env: Environment, cwd: string, fault: Sources['fault']): Promise<SharedFile> => {
  const named = env['STUDIP_OAUTH2_ENV_FILE']
  const file = path.resolve(cwd, named || defaultFile)
  if (named === '') return { ...nothing, file, forbidden: false }
  try {
    return { file, ...parseEnvironmentFile(await readBounded(file)), found: true, forbidden: false }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (named !== undefined) fault('env-file-missing', { file, code })
    return { ...nothing, file, forbidden: code === 'EACCES' }
  }
}
