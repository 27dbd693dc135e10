// What somebody is asked to allow, and what holds once it is allowed.
import { addedScopes, isRenewable } from '../oauth/scopes/index.ts'
import { isTelling, type Claims } from '../openid/claims.ts'
import { scopeLines, type Reader } from './scopes.ts'
import { toldLines } from './told.ts'

export interface AccessModel {
  /** Names of the scopes that the client asks for. */
  readonly scopes: readonly string[]
  /** Names of those that this user has allowed the client already. */
  readonly heldBefore: readonly string[]
  /** What the client is told about this user. */
  readonly told: Claims
  /** Whether an answer is remembered, so that the next request passes without a page; undefined where nobody asks again. */
  readonly isRemembered?: boolean | undefined
}

/**
 * The variables of templates/parts/access.ejs. What the client is told stands apart, with its real values, from what it may do.
 * Where a client has less already, what is new comes first, in the words of its scope.
 */
export const accessValues = ({ scopes, heldBefore, told, isRemembered }: AccessModel, reader: Reader) => {
  const added = addedScopes(scopes, heldBefore)
  const isMore = heldBefore.length > 0 && added.length > 0
  return {
    scopes: scopeLines(isMore ? added : scopes.filter((scope) => !isTelling(scope)), reader),
    heldBefore: isMore ? scopeLines(heldBefore, reader) : [],
    told: toldLines(told, reader.language),
    isLasting: isRenewable(scopes),
    isRemembered,
  }
}
