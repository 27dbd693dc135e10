// What makes a form that is sent twice the same form: its session, its person, the key that was printed into it, and what was typed.
import { createHmac } from 'node:crypto'
import { clientSecretOf } from './client-secret.ts'
import type { CsrfBinding } from './csrf.ts'

/** What the database knows a sent form by, and the secret of the client that comes of it: the same each time, and stored nowhere. */
export interface SentForm {
  readonly id: string
  readonly secret: string
}

/** `formKey` is the random text of one rendering, `typed` the form as it was checked. */
export const sentForm = (key: Buffer, binding: CsrfBinding, formKey: string, typed: unknown): SentForm => {
  const { sessionId, userId, form } = binding
  const of = (what: string): Buffer =>
    createHmac('sha512', key)
      .update(JSON.stringify([what, sessionId, userId, form, formKey, typed]))
      .digest()
  return { id: of('id').toString('hex').slice(0, 64), secret: clientSecretOf(of('secret')) }
}
