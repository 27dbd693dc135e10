// Who holds the grants: so many people that none of them has what no person has, hundreds of tokens of one application.
import { createHash } from 'node:crypto'
import type { DemoUser } from '../fixtures/users.ts'

const nobodyHasMoreThanFifty = 2_000

/** Of a redemption only the last fifty grants of one user and client stay, which costs: codes are spread over all of these. */
export const people: readonly DemoUser[] = Array.from({ length: nobodyHasMoreThanFifty }, (_, index) => ({
  user_id: createHash('md5').update(`bench ${index}`).digest('hex'),
  username: `bench${index}`,
  perms: 'autor',
  Vorname: 'Berta',
  Nachname: `Bench ${index}`,
}))

/** The user of the number, over and over. */
export const personAt = (index: number): string => people[index % people.length]?.user_id ?? ''
