// A refusal that people see as a page, and programs as JSON with the same status.
import { errorStatus, type ErrorKind } from '../views/error-pages.ts'

export class PageError extends Error {
  override readonly name = 'PageError'
  readonly kind: ErrorKind
  readonly status: number
  /** For client developers, in English; nothing secret. */
  readonly detail: string | undefined
  constructor(kind: ErrorKind, detail?: string) {
    super(`${kind}${detail ? `: ${detail}` : ''}`)
    this.kind = kind
    this.status = errorStatus(kind)
    this.detail = detail
  }
}
