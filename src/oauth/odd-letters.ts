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
