// The database's no to a value: a column that is too short, or a character set that lacks a character.
import type { RegistrationField, RegistrationFault } from '../oauth/client-registration.ts'

/** What was typed cannot be stored as it is; the database would have to be changed, or the text. */
export class UnstorableError extends Error {
  override readonly name = 'UnstorableError'
  readonly faults: readonly RegistrationFault[]

  constructor(fields: readonly RegistrationField[], cause: unknown) {
    super('The database cannot store this text.', { cause })
    this.faults = fields.map((field) => ({ field, code: 'unstorable' }))
  }
}

// Data too long, incorrect string value, invalid character, cannot convert (MariaDB and MySQL have several of each).
const refusals = new Set([1300, 1366, 1406, 3854, 3988])
const columnName = /column (?:`[^`]*`\.)*[`']?(\w+)/
const beyondTheBasicPlane = /[\u{10000}-\u{10FFFF}]/u

/** Fields by the names of their columns. */
type Texts = Readonly<Partial<Record<RegistrationField, string>>>

/**
 * The error of a statement that stored these texts, as an UnstorableError where the database did not take one of them.
 * MySQL does not always say which: then those count that hold what tables of three-byte characters lack.
 */
export const asUnstorable = (error: unknown, texts: Texts): unknown => {
  const { errno, sqlMessage } = error as { errno?: number; sqlMessage?: string }
  if (!refusals.has(Number(errno))) return error
  const fields = Object.keys(texts) as RegistrationField[]
  const column = columnName.exec((sqlMessage ?? '').slice(0, 2_000))?.[1]
  const named = fields.filter((field) => field === column)
  const refused = named.length > 0 ? named : fields.filter((field) => beyondTheBasicPlane.test(texts[field] ?? ''))
  return refused.length > 0 ? new UnstorableError(refused, error) : error
}
