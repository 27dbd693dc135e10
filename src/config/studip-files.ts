// What the files of a Stud.IP installation say: .env, config_defaults.inc.php, config_local.inc.php, VERSION (contract §12, §0).
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'dotenv'
import type { SettingFault } from './fault-texts.ts'
import type { PhpAssignments } from './php-assignments.ts'
import type { MaybeReading } from './php-value.ts'

export interface StudipFiles {
  readonly path: string
  /** Stud.IP's .env below the real environment, which wins as it does in PHP. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Undefined when the file or the assignment does not exist; a reading of undefined when only PHP could compute it. */
  readonly variable: (name: string) => { readonly reading: MaybeReading; readonly source: string } | undefined
  /** True when config_local.inc.php loads further files, which may assign anything. */
  readonly includesOthers: boolean
  /** Text such as 6.0.2, undefined when it cannot be told. */
  readonly version: string | undefined
  readonly faults: readonly SettingFault[]
}

type Faults = SettingFault[]

/** The text of a file; undefined when there is none. An unreadable file is a fault that the operator must hear of. */
const textOf = async (file: string, faults: Faults): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT')
      faults.push({ key: code === 'EACCES' ? 'file-forbidden' : 'file-unreadable', values: { file, code } })
    return undefined
  }
}

const assignmentsOf = async (
  file: string,
  text: string | undefined,
  environment: StudipFiles['environment'],
  faults: Faults,
): Promise<PhpAssignments> => {
  if (text === undefined) return { variables: new Map(), includesOthers: false }
  // Imported here: a parser for all of PHP takes its time.
  const { readAssignments } = await import('./php-assignments.ts')
  try {
    return readAssignments(text, environment)
  } catch {
    faults.push({ key: 'file-not-php', values: { file } })
    return { variables: new Map(), includesOthers: false }
  }
}

const versionOf = async (root: string): Promise<string | undefined> => {
  const version = /\b(\d{1,3}\.\d\S*)/.exec((await textOf(path.join(root, 'VERSION'), [])) ?? '')?.[1]
  if (version) return version
  const bootstrap = (await textOf(path.join(root, 'lib/bootstrap.php'), [])) ?? ''
  return /\$SOFTWARE_VERSION\s*=\s*['"]([^'"]+)['"]/.exec(bootstrap)?.[1]
}

const isFolder = async (folder: string): Promise<boolean> =>
  (await stat(folder).catch(() => undefined))?.isDirectory() === true

/** Reads the installation at `root`. Never throws: what is wrong is in `faults`. */
export const readStudipFiles = async (root: string, env: NodeJS.ProcessEnv): Promise<StudipFiles> => {
  const faults: Faults = []
  if (!(await isFolder(path.join(root, 'config')))) {
    faults.push({ key: 'path-not-studip', values: { path: root } })
  }
  const dotenv = parse((await textOf(path.join(root, '.env'), faults)) ?? '')
  const environment = { ...dotenv, ...env }
  const files = ['config_local.inc.php', 'config_defaults.inc.php'].map((name) => path.join(root, 'config', name))
  const [local, defaults] = await Promise.all(
    files.map(async (file, index) => {
      const text = await textOf(file, faults)
      // A fault in the shipped defaults stops nothing: config_local.inc.php and the known defaults of Stud.IP remain.
      return { file, ...(await assignmentsOf(file, text, environment, index === 0 ? faults : [])) }
    }),
  )
  return {
    path: root,
    environment,
    includesOthers: local!.includesOthers,
    version: await versionOf(root),
    faults,
    variable: (name) => {
      if (local!.variables.has(name)) return { reading: local!.variables.get(name), source: local!.file }
      const reading = defaults!.variables.get(name)
      // What Stud.IP's own defaults take from the environment is what its manual says: not a guess of ours.
      return reading && { reading: { ...reading, assumed: false }, source: defaults!.file }
    },
  }
}
