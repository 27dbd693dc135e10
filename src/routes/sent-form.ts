// The form of a new client makes one client, however often it is sent: by a double click, a reload, or a browser that tries again.
import type { Context } from 'koa'
import type { KeyRing } from '../crypto/key-ring.ts'
import { randomHex } from '../crypto/random.ts'
import { sentForm } from '../crypto/sent-form.ts'
import { formOf } from '../middleware/form.ts'
import { identityOf } from '../middleware/identity.ts'
import type { CheckedRegistration } from '../oauth/client-registration.ts'
import { loneValue } from '../oauth/parameters.ts'
import { isFixedToItsPort } from '../oauth/redirect-uri-registration.ts'
import { FormSentBefore, type SentForms } from '../stores/sent-forms.ts'
import type { Notice } from '../views/notice.ts'

export interface SentFormDeps {
  readonly keys: KeyRing
  readonly sentForms: SentForms
}

/** For the field form_key: another one each time a form is shown. */
export const newFormKey = (): string => randomHex(16)

interface Sent {
  /** Name of the form, as for its CSRF token. */
  readonly form: string
  /** What was typed, as it was checked. */
  readonly typed: unknown
  /** Makes the client, and marks the form in the same transaction. @returns its id; undefined when there is to be none @throws FormSentBefore */
  readonly make: (sent: { readonly id: string; readonly secret: string }) => Promise<string | undefined>
  /** What is to be said of it, and of which client. */
  readonly kind: 'created' | 'requested'
  readonly client: Pick<CheckedRegistration, 'confidential' | 'redirectUris'>
}

/**
 * What the form hears: for a moment the same each time, later that a client came of it before. Only behind admit(); a form without
 * a key is like no other. @returns undefined when there is to be no client
 */
export const onceForEachForm = async (
  { keys, sentForms }: SentFormDeps,
  ctx: Context,
  { form, typed, make, kind, client }: Sent,
): Promise<Notice | undefined> => {
  const { sessionId, user } = identityOf(ctx)
  const formKey = loneValue(formOf(ctx), 'form_key') ?? newFormKey()
  const binding = { sessionId, userId: user.id, form }
  const sent = sentForm((await keys.current()).derive('sent-form'), binding, formKey, typed)
  const made = (clientId: string): Notice => ({
    kind,
    clientId,
    fixedToPort: client.redirectUris.filter(isFixedToItsPort),
    ...(client.confidential && { secret: sent.secret }),
  })
  const before = async (): Promise<Notice | undefined> => {
    const found = await sentForms.find(sent.id)
    return found && (found.isFresh ? made(found.clientId) : { kind: 'sentBefore', clientId: found.clientId })
  }
  const known = await before()
  if (known) return known
  try {
    const clientId = await make(sent)
    return clientId === undefined ? undefined : made(clientId)
  } catch (error) {
    // Another worker had it at the same moment.
    const notice = error instanceof FormSentBefore ? await before() : undefined
    if (!notice) throw error
    return notice
  }
}
