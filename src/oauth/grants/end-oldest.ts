// What a new grant ends: those of the same user and client beyond the bound.
import type { Audit, Redemption, RequestOrigin, Tokens } from '../ports.ts'

interface NewGrant {
  readonly clientId: string
  readonly userId: string
  readonly grantId: string
}

/**
 * The outcome of a redemption, once it has ended what it pushes out; a fault of the database leaves that to the next one. It belongs
 * to the use of the code: who leaves while it takes its time gets the code back, and what has ended was due anyway (S-113).
 */
export const endingOldest = async (
  ports: { readonly tokens: Pick<Tokens, 'endOldestGrants'>; readonly audit: Audit },
  { clientId, userId, grantId: newest }: NewGrant,
  origin: RequestOrigin,
  redemption: Promise<Redemption>,
): Promise<Redemption> => {
  const outcome = await redemption
  if (outcome !== 'redeemed') return outcome
  for (const grantId of await ports.tokens.endOldestGrants({ clientId, userId, newest }))
    ports.audit(
      { event: 'grant.revoked', clientId, userId, grantId, reason: 'too many of the user and client' },
      origin,
    )
  return outcome
}
