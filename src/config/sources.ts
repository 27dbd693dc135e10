// Where settings come from, the first one wins: the environment, the shared file of settings, `.env` of the working directory,
// the files of Stud.IP.
import path from 'node:path'
import { parse } from 'dotenv'
import type { Environment } from '../php/dotenv.ts'
import type { SettingFault } from './fault-texts.ts'
import type { Sources } from './reading.ts'
import { readBounded, type SharedFile } from './shared-file.ts'
import { readStudipFiles } from './studip-files.ts'
import type { SettingName } from './table.ts'

/** A fault; `missing` names the setting that is not known, where none is wrong. */
export interface Fault extends SettingFault {
  readonly missing: SettingName | undefined
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
