// Says which letters of a client's name or owner are of another alphabet, so that nobody reads them as what they look like.
import { oddLetters } from '../oauth/odd-letters.ts'

const most = 5
const withNumber = (one: string): string =>
  `${one} (U+${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')})`

/** For a sentence; empty where there are none. */
export const oddLettersOf = ({ name, owner }: { readonly name: string; readonly owner: string }): string => {
  const odd = [...new Set([...oddLetters(name), ...oddLetters(owner)])]
  return [...odd.slice(0, most).map(withNumber), ...(odd.length > most ? ['…'] : [])].join(', ')
}
