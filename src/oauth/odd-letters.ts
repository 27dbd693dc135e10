// Names that pose as another by letters of another alphabet: "Ѕtud.IP" with a Cyrillic Ѕ (UTS #39 §5, Mixed-Script Detection).

const letter = /\p{L}/u
const latin = /\p{Script=Latin}/u
const cyrillic = /\p{Script=Cyrillic}/u
// Chinese, Japanese and Korean stand beside Latin letters in honest names, and none of theirs looks like one.
const besideLatin =
  /[\p{Script=Common}\p{Script=Inherited}\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u
const basicLatin = /[A-Za-z]/

/** A letter of a to z in other clothes: bold, wide, circled. */
const isDressedUp = (one: string): boolean => !basicLatin.test(one) && /^[A-Za-z]$/.test(one.normalize('NFKC'))

const isOdd = (one: string, text: string): boolean =>
  isDressedUp(one) || (latin.test(text) ? !besideLatin.test(one) : cyrillic.test(text) && /\p{Script=Greek}/u.test(one))

/** Each letter of another alphabet than the rest of the text, once; none where all of it is of one. */
export const oddLetters = (text: string): readonly string[] => [
  ...new Set([...text].filter((one) => letter.test(one) && isOdd(one, text))),
]

const most = 5
const withNumber = (one: string): string =>
  `${one} (U+${one.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')})`

/** Those of a client's name and owner, for a sentence; empty where there are none. */
export const oddLettersOf = ({ name, owner }: { readonly name: string; readonly owner: string }): string => {
  const odd = [...new Set([...oddLetters(name), ...oddLetters(owner)])]
  return [...odd.slice(0, most).map(withNumber), ...(odd.length > most ? ['…'] : [])].join(', ')
}
