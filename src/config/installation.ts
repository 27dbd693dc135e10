// Version, key folder, file cache and configuration overrides of the Stud.IP installation (contract §0, §1.2, §6.2).
import path from 'node:path'
import type { Environment } from '../php/dotenv.ts'
import type { StudipVersion } from '../settings.ts'
import { byDefault, studipText, type Sourced, type Sources } from './reading.ts'
import type { StudipFiles } from './studip-files.ts'

/** The version of Stud.IP: as set, else as its files say. */
export const resolveVersion = (sources: Sources): Sourced<StudipVersion> => {
  const own = sources.own('STUDIP_VERSION')
  const detected = sources.studip?.version
  const found = own ?? (detected && { text: detected, source: `files of ${sources.studip.path}` })
  const match = found && /^(\d{1,2})\.(\d{1,2})(?=$|\D)/.exec(found.text)
  const version = match && { major: Number(match[1]), minor: Number(match[2]), text: found.text }
  if (version && (version.major === 6 || (version.major === 5 && version.minor >= 2)))
    return { value: version, source: found.source }
  if (found) sources.fault('version-unsupported', { text: found.text, source: found.source, setting: 'STUDIP_VERSION' })
  else sources.fault('version-unknown', {}, 'STUDIP_VERSION')
  return byDefault({ major: 6, minor: 0, text: '6.0' })
}

/** The folder of the key files, absolute. */
export const resolveKeysPath = (sources: Sources, cwd: string): Sourced<string> => {
  const own = sources.own('KEYS_PATH')
  if (own) return { value: path.resolve(cwd, own.text), source: own.source }
  const wrong = sources.studip?.faults.some(({ key }) => key === 'path-not-studip' || key === 'folder-forbidden')
  if (!sources.studip || wrong) sources.fault('keys-unknown', {}, 'KEYS_PATH')
  return { value: path.join(sources.studip?.path ?? cwd, 'config/oauth2'), source: 'STUDIP_PATH' }
}

/** Where Stud.IP's file cache is unless SYSTEMCACHE names a folder; undefined when it cannot be told. */
export const fileCachePath = (sources: Sources): string | undefined => {
  const quiet = { ...sources, fault: () => undefined }
  const own = studipText(quiet, 'CACHING_FILECACHE_PATH', 'STUDIP_PATH')?.text
  if (own ?? !sources.studip) return own
  const folder = sources.studip?.variable('TMP_PATH') ? studipText(quiet, 'TMP_PATH', 'STUDIP_PATH')?.text : '/tmp'
  return folder && path.join(folder, 'studip_cache')
}

/** Global configuration values that 6.x takes from its environment (contract §6.2). */
export const configOverrides = (
  studip: StudipFiles | undefined,
  env: Environment,
  { major }: StudipVersion,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...studip?.environment, ...env })
      .filter(([name, value]) => major >= 6 && name.startsWith('STUDIP_CONFIG_') && value !== undefined)
      .map(([name, value]) => [name.slice('STUDIP_CONFIG_'.length), value!]),
  )
