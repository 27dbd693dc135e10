// Scopes in words, for the person who is asked to grant them.
import { scopes } from '../oauth/scopes/index.ts'
import type { ScopeWords } from '../oauth/scopes/scope.ts'
import type { Language, Perms } from '../studip/verdict.ts'

/** Whose scopes they are: it decides what "whatever you may do" comes to. */
export interface Reader {
  readonly language: Language
  readonly perms: Perms
}

/** One scope. `may` is undefined for one that we do not know, in a row that somebody else wrote: then there is its bare name. */
export interface ScopeLine {
  readonly name: string
  readonly may: string | undefined
  readonly such: readonly string[]
}

/** A line for each scope, in the words of its own file. */
export const scopeLines = (names: readonly string[], { language, perms }: Reader): readonly ScopeLine[] =>
  names.map((name) => {
    const words: ScopeWords | undefined = scopes.find((scope) => scope.name === name)?.words[language]
    return { name, may: words?.may, such: [...(words?.such ?? []), ...[words?.forPerms?.[perms] ?? []].flat()] }
  })
