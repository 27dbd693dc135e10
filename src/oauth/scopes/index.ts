// Every scope that this server knows, in the order in which it lists them. Nothing else names one.
import { api } from './api.ts'
import { apiRead } from './api-read.ts'
import { email } from './email.ts'
import { offlineAccess } from './offline-access.ts'
import { openid } from './openid.ts'
import { profile } from './profile.ts'
import type { GrantFormat, Offering, Scope } from './scope.ts'

export const scopes = [api, apiRead, openid, profile, email, offlineAccess] as const satisfies readonly Scope[]

/** Whether a scope of this name is one of this server's, offered or not. */
export const isKnown = (name: string): boolean => scopes.some((scope) => scope.name === name)

/** Names of the scopes that are offered here and now. */
export const namesOffered = (offering: Offering): readonly string[] =>
  scopes.filter(({ isOffered }) => isOffered(offering)).map(({ name }) => name)

/** What a request without any scope asks for, and what a grant without any has: the full power of the API (contract §18.2). */
export const withDefault = (names: readonly string[]): readonly string[] => (names.length > 0 ? names : [api.name])

/** What a grant with these scopes has when Stud.IP reads its tokens, whatever they say: everything (contract §18.2). */
export const withFullPower = (names: readonly string[]): readonly string[] =>
  names.includes(api.name) ? names : [api.name, ...names]

/** Those of the asked scopes that are more than what is held. Nothing is more than everything. */
export const addedScopes = (asked: readonly string[], held: readonly string[]): readonly string[] =>
  held.includes(api.name) ? [] : asked.filter((name) => !held.includes(name))

const inLeaguesFormat: ReadonlySet<string> = new Set(
  scopes.filter(({ format }) => format === 'league').map(({ name }) => name),
)

/** What the tokens of a grant with these scopes are written in, the one thing that a grant never changes (D23). */
export const formatOf = (names: readonly string[]): GrantFormat =>
  withDefault(names).some((name) => inLeaguesFormat.has(name)) ? 'league' : 'sealed'

const renewable: ReadonlySet<string> = new Set(scopes.filter(({ isRenewable }) => isRenewable).map(({ name }) => name))

/** Whether a grant with these scopes outlives its first access token. */
export const isRenewable = (names: readonly string[]): boolean => withDefault(names).some((name) => renewable.has(name))
