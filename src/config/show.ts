// Settings as `oauth2:doctor` shows them: value, source, secrets masked.
import type { DatabaseSettings, Listen } from '../settings.ts'
import type { Resolved } from './resolve.ts'
import { documentedSettings, type SettingName } from './table.ts'

/** A setting, its value with secrets masked, and where it came from. */
export interface ShownSetting {
  readonly name: SettingName
  readonly value: string
  readonly source: string
}

/** The text form of an address, as LISTEN takes it. */
export const listenText = (listen: Listen | undefined): string =>
  !listen
    ? 'off'
    : 'path' in listen
      ? `unix:${listen.path}`
      : listen.host.includes(':')
        ? `[${listen.host}]:${listen.port}`
        : `${listen.host}:${listen.port}`

/** Where the database answers: its socket, or host and port. */
export const databaseAddress = ({ socketPath, host, port }: DatabaseSettings): string => socketPath ?? `${host}:${port}`

const databaseText = ({ user, password, database, socketPath, host, port, tls }: DatabaseSettings): string => {
  if (!database) return ''
  const parameters = [
    ...(socketPath ? [`socketPath=${socketPath}`] : []),
    ...(tls ? [`tls=${tls.verify ? 'verify' : 'required'}`] : []),
    ...(tls?.authorities ? [`ca=${tls.authorities.path}`] : []),
  ]
  const query = parameters.length > 0 ? `?${parameters.join('&')}` : ''
  return `mysql://${user}${password && ':***'}@${socketPath ? 'localhost' : `${host}:${port}`}/${database}${query}`
}

const valueText = (found: Resolved, name: SettingName): string => {
  if (name === 'DATABASE_URL') return databaseText(found.DATABASE_URL.value)
  if (name === 'LISTEN' || name === 'METRICS_LISTEN') return listenText(found[name].value)
  if (name === 'STUDIP_VERSION') return found.STUDIP_VERSION.value.text
  return String(found[name].value ?? '')
}

/** Defaults that rest on another setting. */
const restsOn: Partial<Record<SettingName, SettingName>> = {
  ASSETS_URL: 'BASE_URL',
  SESSION_COOKIE: 'STUDIP_VERSION',
  SESSION_LIFETIME: 'STUDIP_VERSION',
}

/** Every setting as it is; one that is not known without value, for a default in its place would be a lie. */
export const showSettings = (found: Resolved, unknown: ReadonlySet<SettingName>): ShownSetting[] =>
  documentedSettings.map(({ name }) => {
    const { source } = found[name]
    const basis = source === 'default' ? restsOn[name] : undefined
    return unknown.has(name) || (basis && unknown.has(basis))
      ? { name, value: '', source: 'unknown' }
      : { name, value: valueText(found, name), source }
  })
