// The value of one entry of a `.env`: quotes, escapes, comments and `${NAME}` as phpdotenv 5.6 reads them.

export type DotenvMistake = 'equals' | 'name' | 'escape' | 'white-space' | 'quote'
export type Known = (name: string) => string | undefined

type State = 'start' | 'bare' | 'single' | 'double' | 'escape' | 'after' | 'comment'
type Step = { readonly text: string; readonly next: State } | DotenvMistake

const isSpace = (token: string): boolean => /^[ \t\n\r\v\f]/.test(token)
const took = (text: string, next: State): Step => ({ text, next })

const escapes: Readonly<Record<string, string>> = { f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
const escaped = (token: string): Step => {
  if (token === '"' || token === '\\' || token === '$') return took(token, 'double')
  const meant = escapes[token[0]!]
  return meant === undefined ? 'escape' : took(meant + token.slice(1), 'double')
}

const steps: Readonly<Record<State, (token: string) => Step>> = {
  start: (token) =>
    token === "'"
      ? took('', 'single')
      : token === '"'
        ? took('', 'double')
        : token === '#'
          ? took('', 'comment')
          : took(token, 'bare'),
  bare: (token) => (token === '#' ? took('', 'comment') : isSpace(token) ? took('', 'after') : took(token, 'bare')),
  single: (token) => (token === "'" ? took('', 'after') : took(token, 'single')),
  double: (token) => (token === '"' ? took('', 'after') : token === '\\' ? took('', 'escape') : took(token, 'double')),
  escape: escaped,
  after: (token) => (token === '#' ? took('', 'comment') : isSpace(token) ? took('', 'after') : 'white-space'),
  comment: () => took('', 'comment'),
}

const tokens = (text: string): readonly string[] =>
  text.match(/[\r\n]+|[ \t\v\f]+|[\\'"#$]|[^ \t\n\r\v\f\\'"#$]+/g) ?? []

/** `${NAME}` at each of these places; from the last to the first, so that a value may name another. */
const resolved = (text: string, places: readonly number[], known: Known): string =>
  places.reduceRight(
    (whole, at) =>
      whole.slice(0, at) +
      whole.slice(at).replace(/^\$\{([a-zA-Z0-9_.]+)\}/, (written, name: string) => known(name) ?? written),
    text,
  )

/** The value as PHP gets it. `known` answers what `${NAME}` stands for; an unknown one stays as it is written. */
export const parseValue = (
  text: string,
  known: Known,
): { readonly value: string } | { readonly mistake: DotenvMistake } => {
  let state: State = 'start'
  let value = ''
  const places: number[] = []
  for (const token of tokens(text)) {
    const step: Step = steps[state](token)
    if (typeof step === 'string') return { mistake: step }
    if (token === '$' && (state === 'start' || state === 'bare' || state === 'double')) places.push(value.length)
    value += step.text
    state = step.next
  }
  if (state === 'single' || state === 'double' || state === 'escape') return { mistake: 'quote' }
  return { value: resolved(value, places, known) }
}
