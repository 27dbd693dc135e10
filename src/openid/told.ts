// What a client is told about a user: said on the consent page, then in the ID token (D26).
import { claimsOf, isTelling, type Claims } from './claims.ts'
import type { People } from './person.ts'

/** Without any claim where these scopes tell nothing, or where there is no such user. */
export type Told = (userId: string, scopes: readonly string[]) => Promise<Claims>

interface ToldPorts {
  readonly people: People
  /** Of Stud.IP. */
  readonly baseUrl: string
}

/** Asks for nobody on behalf of scopes that tell nothing. */
export const createTold =
  ({ people, baseUrl }: ToldPorts): Told =>
  async (userId, scopes) => {
    const person = scopes.some(isTelling) ? await people(userId) : undefined
    return person ? claimsOf(person, scopes, baseUrl) : {}
  }
