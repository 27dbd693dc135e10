// Codes of a user and client, counted by each process for itself.
import { bounds } from '../bounds.ts'
import type { AuthorizationPace } from '../oauth/authorization-pace.ts'
import { createTries } from './tries.ts'

const memory = 60

export const createAuthorizationPace = (): AuthorizationPace => {
  const tries = createTries(bounds.authorizations, memory)
  return (userId, clientId) => tries.charge(`${userId}|${clientId}`)
}
