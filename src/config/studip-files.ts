// What the files of a Stud.IP installation say: .env, config_defaults.inc.php, config_local.inc.php, VERSION (contract §12, §0, §18.6).
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { access, constants, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { bounds } from '../bounds.ts'
import type { Scope } from '../php/scope.ts'
import { isRead, type Outcome, type Place } from '../php/value.ts'
import { parseDotenv, type Environment } from '../php/dotenv.ts'
import type { SettingFault } from './fault-texts.ts'

/** A global variable and the file that assigned it last. */
export interface StudipVariable {
  readonly outcome: Outcome
  readonly source: string
}

export interface StudipFiles {
  readonly path: string
  /** Stud.IP's .env below the real environment, which wins as it does in PHP. */
  readonly environment: Environment
  /** Undefined when no file assigns it. */
  readonly variable: (name: string) => StudipVariable | undefined
  /** Where config_local.inc.php runs code that we cannot read, which may assign anything. */
  readonly opaque: Place | undefined
  /** Text such as 6.0.2, undefined when it cannot be told. */
  readonly version: string | undefined
  readonly faults: readonly SettingFault[]
  /** The PHP files that were run. */
  readonly files: readonly string[]
}

type Faults = SettingFault[]

/** The text of a file; undefined when there is none. What cannot be read is a fault that the operator must hear of. */
const textOf = async (file: string, encoding: 'utf8' | 'latin1', faults: Faults): Promise<string | undefined> => {
  try {
    const { size } = await stat(file)
    if (size <= bounds.configurationFile.most) return await readFile(file, encoding)
    faults.push({ key: 'file-too-large', values: { file, most: bounds.configurationFile.most } })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      faults.push({ key: code === 'EACCES' ? 'file-forbidden' : 'file-unreadable', values: { file, code } })
  }
  return undefined
}

const readIncluded = (file: string): string | undefined => {
  try {
    return statSync(file).size <= bounds.configurationFile.most ? readFileSync(file, 'latin1') : undefined
  } catch {
    return undefined
  }
}

const versionOf = async (root: string): Promise<string | undefined> => {
  const version = /\b(\d{1,3}\.\d\S{0,100})/.exec((await textOf(path.join(root, 'VERSION'), 'utf8', [])) ?? '')?.[1]
  if (version) return version
  const bootstrap = (await textOf(path.join(root, 'lib/bootstrap.php'), 'utf8', [])) ?? ''
  return /\$SOFTWARE_VERSION\s{0,100}=\s{0,100}['"]([^'"]{1,100})['"]/.exec(bootstrap)?.[1]
}

/** The outermost folder on the way to one that this user may not enter: all that is below looks as if it were not there. */
const closedFolder = async (folder: string): Promise<string | undefined> => {
  const outer = path.dirname(folder)
  const closed = outer === folder ? undefined : await closedFolder(outer)
  if (closed !== undefined) return closed
  return access(folder, constants.X_OK).then(
    () => undefined,
    ({ code }: NodeJS.ErrnoException) => (code === 'EACCES' ? folder : undefined),
  )
}

const isFolder = async (folder: string): Promise<boolean> =>
  (await stat(folder).catch(() => undefined))?.isDirectory() === true

/** Stud.IP 5.x knows no .env. */
const dotenvOf = async (
  root: string,
  real: Environment,
  version: string | undefined,
  faults: Faults,
): Promise<Environment> => {
  if (version?.startsWith('5.')) return {}
  const file = path.join(root, '.env')
  const found = parseDotenv((await textOf(file, 'utf8', faults)) ?? '', real)
  if ('values' in found) return found.values
  faults.push({ key: `dotenv-${found.mistake}`, values: { file, line: found.line } })
  return {}
}

const realRoot = (root: string): string => {
  try {
    return realpathSync(root)
  } catch {
    return root
  }
}

/** The scope before the configuration files, as lib/bootstrap.php leaves it. */
const bootstrapped = async (root: string, real: Environment, dotenv: Environment): Promise<Scope> => {
  // Imported here: a parser for all of PHP takes its time.
  const { newScope } = await import('../php/scope.ts')
  const includePath = [root, path.join(root, 'config')]
  const scope = newScope({ real, dotenv, includePath, read: readIncluded })
  const bytes = (text: string): Outcome => ({ value: Buffer.from(text).toString('latin1'), assumed: false })
  scope.variables.set('STUDIP_BASE_PATH', bytes(root))
  scope.constants.set('DEFAULT_ENV', bytes(real['STUDIP_ENV'] ?? dotenv['STUDIP_ENV'] ?? 'production'))
  // PHP computes these two from the request.
  for (const name of ['ABSOLUTE_URI_STUDIP', 'CANONICAL_RELATIVE_PATH_STUDIP'])
    scope.variables.set(name, { unread: { file: path.join(root, 'lib/bootstrap.php'), line: 1 } })
  return scope
}

const run = async (file: string, scope: Scope, faults: Faults): Promise<void> => {
  const text = await textOf(file, 'latin1', faults)
  if (text === undefined) return
  const { PhpSyntaxError, readPhp } = await import('../php/read.ts')
  try {
    readPhp(text, file, scope)
  } catch (error) {
    if (!(error instanceof PhpSyntaxError)) throw error
    faults.push({ key: 'file-not-php', values: { ...error.place } })
    scope.opaque ??= error.place
  }
}

/** Reads the installation at `root`. Never throws: what is wrong is in `faults`. */
export const readStudipFiles = async (root: string, env: Environment): Promise<StudipFiles> => {
  const config = path.join(root, 'config')
  const closed = await closedFolder(config)
  const faults: Faults = []
  if (closed !== undefined) faults.push({ key: 'folder-forbidden', values: { folder: closed } })
  else if (!(await isFolder(config))) faults.push({ key: 'path-not-studip', values: { path: root } })
  // One cause is one fault (R14).
  const heard = closed === undefined ? faults : []
  const version = await versionOf(root)
  const dotenv = await dotenvOf(root, env, version, heard)
  const scope = await bootstrapped(realRoot(root), env, dotenv)
  const file = (name: string) => path.join(realRoot(root), 'config', name)
  // A fault in the shipped defaults stops nothing: config_local.inc.php and the known defaults of Stud.IP remain.
  await run(file('config_defaults.inc.php'), scope, [])
  // What Stud.IP's own defaults take from the environment is what its manual says: not a guess of ours.
  for (const [name, outcome] of scope.variables)
    if (isRead(outcome)) scope.variables.set(name, { ...outcome, assumed: false })
  Object.assign(scope, { opaque: undefined, doubtful: false })
  await run(file('config_local.inc.php'), scope, heard)
  return {
    path: root,
    environment: { ...dotenv, ...env },
    opaque: scope.opaque,
    version,
    faults,
    files: [...scope.included],
    variable: (name) => {
      const [outcome, source] = [scope.variables.get(name), scope.origins.get(name)]
      return outcome && source !== undefined ? { outcome, source } : undefined
    },
  }
}
