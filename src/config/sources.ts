// Where settings come from, the first one wins: the environment, the shared file of settings, `.env` of the working directory,
// the files of Stud.IP.
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'dotenv'
import { bounds } from '../bounds.ts'
import type { Environment } from '../php/dotenv.ts'
import { parseEnvironmentFile } from './environment-file.ts'
import type { SettingFault } from './fault-texts.ts'
import type { Sources } from './reading.ts'
import { readStudipFiles } from './studip-files.ts'
import type { SettingName } from './table.ts'

/** A fault; `missing` names the setting that is not known, where none is wrong. */
export interface Fault extends SettingFault {
  readonly missing: SettingName | undefined
}

/** What systemd hands to the service by `EnvironmentFile=`, so that a command by hand knows it too. */
export interface SharedFile {
  readonly file: string
  readonly values: Environment
  readonly found: boolean
  /** True when it is there and this user may not read it. */
  readonly forbidden: boolean
}

const defaultFile = '/etc/studip-oauth2/env'

const readBounded = async (file: string): Promise<string> => {
  if ((await stat(file)).size > bounds.configurationFile.most)
    throw Object.assign(new Error('too large'), { code: 'EFBIG' })
  return readFile(file, 'utf8')
}

/** Reads the file that STUDIP_OAUTH2_ENV_FILE names, else the usual one; an empty name means none. */
export const readSharedFile = async (env: Environment, cwd: string, fault: Sources['fault']): Promise<SharedFile> => {
  const named = env['STUDIP_OAUTH2_ENV_FILE']
  const file = path.resolve(cwd, named || defaultFile)
  if (named === '') return { file, values: {}, found: false, forbidden: false }
  try {
    return { file, values: parseEnvironmentFile(await readBounded(file)), found: true, forbidden: false }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (named !== undefined) fault('env-file-missing', { file, code })
    return { file, values: {}, found: false, forbidden: code === 'EACCES' }
  }
}

const ownDotenv = async (folder: string): Promise<Environment> =>
  parse(await readBounded(path.join(folder, '.env')).catch(() => ''))

/** Everything that settings are resolved from; `faults` collects what is wrong. */
export const sourcesOf = async (
  env: Environment,
  shared: SharedFile,
  cwd: string,
  fault: Sources['fault'],
): Promise<Sources> => {
  const places = [
    { values: env, source: 'environment' },
    { values: shared.values, source: shared.file },
    { values: await ownDotenv(cwd), source: path.join(cwd, '.env') },
  ]
  const own: Sources['own'] = (name) => {
    const place = places.find(({ values }) => values[name])
    return place && { text: place.values[name]!, source: place.source }
  }
  const root = own('STUDIP_PATH')
  const studip = root && (await readStudipFiles(path.resolve(cwd, root.text), { ...shared.values, ...env }))
  studip?.faults.forEach(({ key, values }) => fault(key, values))
  return { own, studip, fault }
}
