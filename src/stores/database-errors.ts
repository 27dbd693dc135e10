// What an error of the driver means: try again, away, or our own mistake.

/** Deadlock, lock wait timeout, "record has changed since last read", and a Galera node that lost a conflict (D16). */
const transient = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD', 'ER_UNKNOWN_COM_ERROR'])
const transientNumbers = new Set([1213, 1205, 1020, 1047])

const away = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EACCES',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
])
// Shutdown, too many connections, killed or interrupted statement, read-only server, disk or tablespace full, statement timeout.
const awayNumbers = new Set([
  1021, 1040, 1053, 1077, 1114, 1129, 1152, 1158, 1159, 1160, 1161, 1180, 1184, 1203, 1226, 1290, 1317, 1792, 1836,
  1927, 1969, 3024, 4031,
])

const errorOf = (
  error: unknown,
): { code?: unknown; errno?: unknown; name?: unknown; message?: unknown; fatal?: unknown } =>
  typeof error === 'object' && error !== null ? error : {}

/** True when the same transaction may succeed a moment later. */
export const isTransient = (error: unknown): boolean => {
  const { code, errno } = errorOf(error)
  return transient.has(String(code)) || transientNumbers.has(Number(errno))
}

/** True when the database is away, overloaded or read-only: 503, not our mistake. */
export const isDatabaseAway = (error: unknown): boolean => {
  const { code, errno, name, message, fatal } = errorOf(error)
  if (isTransient(error) || away.has(String(code)) || awayNumbers.has(Number(errno))) return true
  if (name === 'KnexTimeoutError' || fatal === true) return true
  return (
    /connection is in closed state|Connection lost|aborted|Pool is (draining|destroyed)|Unable to acquire a connection/i.test(
      String(message),
    ) && name !== 'OAuthError'
  )
}

/** The text holds characters that the column it is compared with cannot hold: no row has it. */
export const isForeignText = (error: unknown): boolean => Number(errorOf(error).errno) === 1267

export const isDuplicate = (error: unknown): boolean => Number(errorOf(error).errno) === 1062
