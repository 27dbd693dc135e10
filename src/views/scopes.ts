// Scopes in words.
import { scopes } from '../oauth/scopes/index.ts'
import type { TextKey } from './texts.ts'

/** A text for each scope that we know, and the bare name of any other, in a row that somebody else wrote. */
export const scopeLines = (
  names: readonly string[],
): readonly ({ readonly text: TextKey } | { readonly text: undefined; readonly name: string })[] =>
  names.map((name) => {
    const text = scopes.find((scope) => scope.name === name)?.text
    return text ? { text } : { text, name }
  })
