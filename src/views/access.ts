// What somebody is asked to allow, and what holds once it is allowed.
import { addedScopes, isRenewable } from '../oauth/scopes/index.ts'
import { scopeLines, type Reader } from './scopes.ts'

export interface AccessModel {
  /** Names of the scopes that the client asks for. */
  readonly scopes: readonly string[]
  /** Names of those that this user has allowed the client already. */
  readonly heldBefore: readonly string[]
  /** Whether an answer is remembered, so that the next request passes without a page; undefined where nobody asks again. */
  readonly isRemembered?: boolean | undefined
}

/** The variables of templates/parts/access.ejs. Where a client has less already, what is new comes first. */
export const accessValues = ({ scopes, heldBefore, isRemembered }: AccessModel, reader: Reader) => {
  const added = addedScopes(scopes, heldBefore)
  const isMore = heldBefore.length > 0 && added.length > 0
  return {
    scopes: scopeLines(isMore ? added : scopes, reader),
    heldBefore: isMore ? scopeLines(heldBefore, reader) : [],
    isLasting: isRenewable(scopes),
    isRemembered,
  }
}
