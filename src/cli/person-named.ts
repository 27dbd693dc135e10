// The one person whom an operator means.
import type { Knex } from 'knex'
import { findPersons } from '../stores/personal-data.ts'
import { CommandError } from './command-error.ts'
import type { Translate } from './texts.ts'

/** Id of the user with this id or user name. @throws CommandError for nobody, and where it is one user's id and another's name */
export const personNamed = async (db: Knex, user: string, t: Translate): Promise<string> => {
  const [userId, another] = await findPersons(db, user)
  if (userId === undefined) throw new CommandError(t('grants.unknown-user', { user }))
  if (another !== undefined) throw new CommandError(t('person.ambiguous', { user, ids: `${userId}, ${another}` }))
  return userId
}
