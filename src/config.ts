// The only reader of the environment: settings from our own variables, Stud.IP's files and defaults, all faults at once.
import type { FaultKey, SettingFault } from './config/fault-texts.ts'
import { nativeValues, type Native } from './config/native.ts'
import type { Sources } from './config/reading.ts'
import { resolveAll, settingsOf } from './config/resolve.ts'
import { detectedSessionStore } from './config/session.ts'
import { SettingsError } from './config/settings-error.ts'
import { showSettings, type ShownSetting } from './config/show.ts'
import { readSharedFile, type SharedFile } from './config/shared-file.ts'
import { sourcesOf, type Fault } from './config/sources.ts'
import { documentedSettings, type SettingName } from './config/table.ts'
import { nearest } from './nearest.ts'
import type { Settings } from './settings.ts'

export { SettingsError } from './config/settings-error.ts'

export interface Resolution {
  /** Undefined as soon as there is a fault. */
  readonly settings: Settings | undefined
  /** The settings with defaults in the place of what is faulty, and the names of these. For checks that need only some. */
  readonly partial: Settings
  readonly unknown: ReadonlySet<SettingName>
  readonly faults: readonly SettingFault[]
  /** What of the shared file of settings has no effect and was surely meant to have one. */
  readonly idle: readonly SettingFault[]
  readonly shown: readonly ShownSetting[]
  /** Where Stud.IP's files say that sessions are, whatever SESSION_STORE says; undefined when they do not tell. */
  readonly detectedStore: Settings['sessionStore'] | undefined
  /** What Stud.IP's files say, whatever is set by hand. */
  readonly native: Native
  /** Every file that was read, further ones of Stud.IP's PHP included. */
  readonly files: readonly string[]
}

/** What a command needs; settings that it does not need may be missing, but none may be wrong. */
export interface LoadOptions {
  readonly cwd?: string
  readonly needs?: readonly SettingName[]
}

const names = ({ missing, values }: Fault): readonly SettingName[] => {
  const name = missing ?? values['setting'] ?? values['name']
  return typeof name === 'string' ? [name as SettingName] : []
}

/** What of Stud.IP cannot be read, so that more is missing. */
const unreadable = new Set<FaultKey>(['path-not-studip', 'folder-forbidden', 'file-forbidden'])

/** One cause is one fault: without STUDIP_PATH, or with one that is wrong or closed, what would be read from there is missing. */
const causes = (faults: readonly Fault[], { studip }: Sources, { file, forbidden }: SharedFile): readonly Fault[] => {
  const missing = faults.flatMap((fault) => fault.missing ?? [])
  if (missing.length === 0) return faults
  if (studip?.faults.some(({ key }) => unreadable.has(key))) return faults.filter((fault) => !fault.missing)
  if (studip) return faults
  const one: Fault = {
    key: forbidden ? 'unset-forbidden' : 'unset',
    values: { names: [...new Set(missing)].join(', '), file },
    missing: undefined,
  }
  return [...faults.filter((fault) => !fault.missing), one]
}

const settingNames: readonly string[] = documentedSettings.map(({ name }) => name)

const idleIn = ({ file, values, passedOver }: SharedFile): readonly SettingFault[] => [
  ...passedOver.map((line): SettingFault => ({ key: 'env-file-line', values: { file, line } })),
  ...Object.keys(values).flatMap((name): readonly SettingFault[] => {
    const meant = settingNames.includes(name) ? undefined : nearest(name.toUpperCase(), settingNames)
    return meant === undefined ? [] : [{ key: 'env-file-name', values: { file, name, meant } }]
  }),
]

/** Resolves every setting; never throws. `cwd` is where .env is looked for and relative paths start. */
export const resolveSettings = async (
  env: NodeJS.ProcessEnv = process.env,
  { cwd = process.cwd(), needs }: LoadOptions = {},
): Promise<Resolution> => {
  const all: Fault[] = []
  const fault: Sources['fault'] = (key, values = {}, missing) => {
    const same = (known: Fault) => known.key === key && JSON.stringify(known.values) === JSON.stringify(values)
    if (!all.some(same)) all.push({ key, values, missing })
  }
  const shared = await readSharedFile(env, cwd, fault)
  const sources = await sourcesOf(env, shared, cwd, fault)
  const found = resolveAll(sources, cwd)
  const partial = Object.freeze(settingsOf(found, sources, { ...shared.values, ...env }))
  const needed = all.filter(({ missing }) => !missing || !needs || needs.includes(missing))
  const unknown = new Set(needed.flatMap(names))
  const faults = causes(needed, sources, shared).map(({ key, values }) => ({ key, values }))
  return {
    settings: faults.length > 0 ? undefined : partial,
    partial,
    unknown,
    faults,
    idle: idleIn(shared),
    shown: showSettings(found, unknown),
    detectedStore: detectedSessionStore(sources),
    native: nativeValues(sources, found.STUDIP_VERSION.value),
    files: [shared.file, ...(sources.studip?.files ?? [])],
  }
}

/** The settings, frozen. Throws SettingsError with every fault at once. */
export const loadSettings = async (
  env: NodeJS.ProcessEnv = process.env,
  options: LoadOptions = {},
): Promise<Settings> => {
  const { settings, faults } = await resolveSettings(env, options)
  if (!settings) throw new SettingsError(faults)
  return settings
}
