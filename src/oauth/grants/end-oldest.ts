// What a new grant ends: those of the same user and client beyond the bound.
import type { Audit, RequestOrigin, Tokens } from '../ports.ts'

interface NewGrant {
  readonly clientId: string
  readonly userId: string
  readonly grantId: string
}

/** Call it after the redemption; a fault of the database leaves it to the next one. */
export const endOldest = async (
  ports: { readonly tokens: Pick<Tokens, 'endOldestGrants'>; readonly audit: Audit },
  { clientId, userId, grantId: newest }: NewGrant,
  origin: RequestOrigin,
): Promise<void> => {
  for (const grantId of await ports.tokens.endOldestGrants({ clientId, userId, newest }))
    ports.audit(
      { event: 'grant.revoked', clientId, userId, grantId, reason: 'too many of the user and client' },
      origin,
    )
}
