// Which claims a scope gives (OpenID Connect Core §5.1, §5.4; D26).
import { email } from '../oauth/scopes/email.ts'
import { openid } from '../oauth/scopes/openid.ts'
import { profile } from '../oauth/scopes/profile.ts'
import type { Person } from './person.ts'

export type Claims = Readonly<Record<string, string | number | boolean>>

type Named = readonly [name: string, value: string | number | boolean | undefined]

const ofProfile = (person: Person, baseUrl: string): readonly Named[] => [
  ['name', person.fullName],
  ['given_name', person.firstName],
  ['family_name', person.lastName],
  ['preferred_username', person.username],
  ['profile', `${baseUrl}dispatch.php/profile?username=${encodeURIComponent(person.username)}`],
  ['picture', person.picture],
  ['locale', person.locale],
  ['updated_at', person.updatedAt],
  ['studip_perms', person.perms],
]

const ofEmail = ({ email: address, emailVerified }: Person): readonly Named[] =>
  address === ''
    ? []
    : [
        ['email', address],
        ['email_verified', emailVerified],
      ]

const byScope: Readonly<Record<string, (person: Person, baseUrl: string) => readonly Named[]>> = {
  [openid.name]: ({ id }) => [['sub', id]],
  [profile.name]: ofProfile,
  [email.name]: ofEmail,
}

/** Whether a client with this scope learns something about the user. */
export const isTelling = (scope: string): boolean => scope in byScope

/** Names of all claims about a user. */
export const claimNames: readonly string[] = [
  'sub',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'profile',
  'picture',
  'locale',
  'updated_at',
  'studip_perms',
  'email',
  'email_verified',
]

/** The claims of these scopes, without those that have no value (Core §5.3.2). `baseUrl` is Stud.IP's. */
export const claimsOf = (person: Person, scopes: readonly string[], baseUrl: string): Claims =>
  Object.fromEntries(
    scopes
      .flatMap((scope) => byScope[scope]?.(person, baseUrl) ?? [])
      .filter((claim): claim is [string, string | number | boolean] => claim[1] !== undefined && claim[1] !== ''),
  )
