// The database of Stud.IP: DATABASE_URL, else its own credentials (contract §12).
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { DatabaseSettings, DatabaseTls } from '../settings.ts'
import { byDefault, studipText, type Found, type Sourced, type Sources } from './reading.ts'

// Where Debian, Red Hat, SUSE, MySQL's own packages and Homebrew put it. PHP has one of them compiled in or in php.ini.
const socketPaths = [
  '/run/mysqld/mysqld.sock',
  '/var/run/mysqld/mysqld.sock',
  '/var/lib/mysql/mysql.sock',
  '/run/mysql/mysql.sock',
  '/tmp/mysql.sock',
]

const databaseSocket = (): string => socketPaths.find((path) => existsSync(path)) ?? socketPaths[0]!

const nothing: DatabaseSettings = { user: '', password: '', database: '' }

const isAddress = (host: string): boolean => isIP(host.replace(/^\[|\]$/g, '')) !== 0

const authoritiesOf = (sources: Sources, path: string): DatabaseTls['authorities'] | undefined => {
  try {
    const pem = readFileSync(path, 'utf8')
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return { path, pem }
  } catch {
    // The fault says what is expected.
  }
  sources.fault('database-authorities', { path, setting: 'DATABASE_URL' })
  return undefined
}

/** `?tls=required` or `?tls=verify`, then with `&ca=/path.pem` where the system's authorities are not meant. */
const tlsOf = (sources: Sources, url: URL): DatabaseTls | undefined => {
  const [tls, ca] = [url.searchParams.get('tls'), url.searchParams.get('ca')]
  if (tls === null && ca === null) return undefined
  if (
    (tls !== 'required' && tls !== 'verify') ||
    (ca !== null && tls === 'required') ||
    url.searchParams.has('socketPath')
  ) {
    sources.fault('database-tls', { setting: 'DATABASE_URL' })
    return undefined
  }
  // A certificate is compared with a name.
  if (tls === 'verify' && isAddress(url.hostname))
    sources.fault('database-tls-address', { host: url.hostname, setting: 'DATABASE_URL' })
  const authorities = ca === null ? undefined : authoritiesOf(sources, ca)
  return { verify: tls === 'verify', ...(authorities && { authorities }) }
}

const urlParameters = new Set(['socketPath', 'tls', 'ca'])

const fromUrl = (sources: Sources, text: string): DatabaseSettings | undefined => {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded)
  if (!/^(mysql|mariadb):$/.test(url.protocol) || !database || !user || password === undefined) return undefined
  // One that is not understood may have been meant to protect the connection.
  for (const name of url.searchParams.keys())
    if (!urlParameters.has(name)) sources.fault('database-parameter', { name, setting: 'DATABASE_URL' })
  const login = { user, password, database }
  const tls = tlsOf(sources, url)
  const socketPath = url.searchParams.get('socketPath')
  if (socketPath) return { ...login, socketPath }
  if (!url.hostname) return undefined
  return {
    ...login,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : 3306,
    ...(tls && { tls }),
  }
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** `db:3307`, `[::1]` and `[::1]:3307`, as PHP's driver takes them apart; what is no such address stays whole. */
const addressIn = (text: string): { host: string; port: string | undefined } => {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  return { host: bracketed ?? plain ?? text, port }
}

/**
 * PHP puts the host into its DSN as it is, so `host;port=3307` and `localhost;unix_socket=/path` work there and must here. So does
 * `host:3307`, whose port wins, and which is no socket for localhost either.
 */
export const hostOfDsn = (text: string): Pick<DatabaseSettings, 'host' | 'port' | 'socketPath'> => {
  const [address = '', ...options] = text.split(';').map((part) => part.trim())
  const option = new Map(options.map((part) => part.split('=', 2).map((piece) => piece.trim()) as [string, string]))
  const socketPath = option.get('unix_socket')
  if (socketPath) return { socketPath }
  if (/^(localhost)?$/i.test(address)) return { socketPath: databaseSocket() }
  const { host, port } = addressIn(address)
  return { host, port: Number(port ?? option.get('port') ?? 3306) || 3306 }
}

const credential = (sources: Sources, variable: string, environment: string): Found | undefined => {
  // 6.x ships an empty default and leaves the value to the environment.
  const assigned = studipText(sources, variable, 'DATABASE_URL')
  if (assigned) return assigned
  const text = sources.studip?.environment[environment]
  return text ? { text, source: `${environment} of Stud.IP's environment` } : undefined
}

const fromStudip = (sources: Sources): Sourced<DatabaseSettings> => {
  let computed = false
  const heard: Sources = {
    ...sources,
    fault: (key, values) => {
      computed = true
      sources.fault(key, values, 'DATABASE_URL')
    },
  }
  const [host, user, password, database] = [
    credential(heard, 'DB_STUDIP_HOST', 'MYSQL_HOST'),
    credential(heard, 'DB_STUDIP_USER', 'MYSQL_USER'),
    credential(heard, 'DB_STUDIP_PASSWORD', 'MYSQL_PASSWORD'),
    credential(heard, 'DB_STUDIP_DATABASE', 'MYSQL_DATABASE'),
  ]
  if (!user || !database) {
    if (!computed) sources.fault('database-unknown', {}, 'DATABASE_URL')
    return byDefault(nothing)
  }
  return {
    value: {
      ...hostOfDsn(host?.text ?? 'localhost'),
      user: user.text,
      password: password?.text ?? '',
      database: database.text,
    },
    source: user.source,
  }
}

/** Where the database is and how to log in. */
export const resolveDatabase = (sources: Sources): Sourced<DatabaseSettings> => {
  const found = sources.own('DATABASE_URL')
  if (!found) return fromStudip(sources)
  const value = fromUrl(sources, found.text)
  if (value) return { value, source: found.source }
  // The text itself stays out of the sentence: it may hold the password.
  sources.fault('database-malformed', { setting: 'DATABASE_URL' })
  return byDefault(nothing)
}

/** Where Stud.IP's own database is; undefined where its files do not say which. */
export const nativeDatabase = (sources: Sources): DatabaseSettings | undefined => {
  const [host, database] = [
    credential(sources, 'DB_STUDIP_HOST', 'MYSQL_HOST'),
    credential(sources, 'DB_STUDIP_DATABASE', 'MYSQL_DATABASE'),
  ]
  return host && database && { ...nothing, ...hostOfDsn(host.text), database: database.text }
}

/** DB_STUDIP_HOST and DB_STUDIP_DATABASE as PHP spells them, from which Stud.IP makes its cache keys (contract §1.2). */
export const resolveCacheKeyPrefix = (
  sources: Sources,
  database: DatabaseSettings,
): { host: string; database: string } => {
  const quiet = { ...sources, fault: () => undefined }
  return {
    host: credential(quiet, 'DB_STUDIP_HOST', 'MYSQL_HOST')?.text ?? database.host ?? 'localhost',
    database: credential(quiet, 'DB_STUDIP_DATABASE', 'MYSQL_DATABASE')?.text ?? database.database,
  }
}
