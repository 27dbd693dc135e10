// Every regular expression of nginx's and Apache's configuration, as these read it.
import type { Expression } from './expression.ts'

interface Token {
  readonly text: string
  readonly line: number
}

const nginxEscapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n', '"': '"', "'": "'", '\\': '\\' }

/** nginx's tokens: quotes, escapes and comments as in ngx_conf_read_token. */
export function nginxTokens(text: string): readonly Token[] {
  const tokens: Token[] = []
  let [at, line] = [0, 1]
  const next = (): string => {
    const character = text[at++] ?? ''
    if (character === '\n') line++
    return character
  }
  while (at < text.length) {
    const first = next()
    if (/[\s;{}]/.test(first)) {
      if (first !== ' ' && first !== '\n') tokens.push({ text: first, line })
      continue
    }
    if (first === '#') {
      while (at < text.length && text[at] !== '\n') at++
      continue
    }
    const quote = first === '"' || first === "'" ? first : ''
    const start = line
    let token = ''
    let character = quote ? next() : first
    while (character !== '' && (quote ? character !== quote : !/[\s;]/.test(character))) {
      // `${` belongs to a variable, any other brace outside quotes opens a block.
      if (!quote && character === '{' && !token.endsWith('$')) break
      const escaped = character === '\\' ? nginxEscapes[text[at] ?? ''] : undefined
      token += escaped ?? character
      if (escaped !== undefined) next()
      character = next()
    }
    if (!quote && character !== '') {
      at--
      if (character === '\n') line--
    }
    tokens.push({ text: token, line: start })
  }
  return tokens
}

/** Whatever begins with `~`, stands after a `~` of its own, or is the first word of a rewrite. */
export const expressionsOfNginx = (text: string, name: string, line = 1): readonly Expression[] => {
  const tokens = nginxTokens(text)
  return tokens.flatMap((token, index): readonly Expression[] => {
    const before = tokens[index - 1]?.text ?? ''
    const where = `${name}:${line + token.line - 1}`
    // `if ($x ~ pattern)`: the bracket is no part of it.
    const source = tokens[index - 3]?.text === 'if' ? token.text.replace(/\)$/, '') : token.text
    if (/^!?~\*?$/.test(before)) return [{ where, source, flags: before.endsWith('*') ? 'i' : '' }]
    if (before === 'rewrite') return [{ where, source: token.text, flags: '' }]
    if (/^~./.test(token.text) && token.text !== '~*')
      return [{ where, source: token.text.replace(/^~\*?/, ''), flags: token.text.startsWith('~*') ? 'i' : '' }]
    return []
  })
}

/** Which argument of an Apache directive is a regular expression. */
const apacheArguments: Readonly<Record<string, number>> = {
  rewriterule: 1,
  rewritecond: 2,
  proxypassmatch: 1,
  '<locationmatch': 1,
  '<directorymatch': 1,
  '<filesmatch': 1,
  '<proxymatch': 1,
  redirectmatch: 1,
  aliasmatch: 1,
  scriptaliasmatch: 1,
  setenvif: 2,
  setenvifnocase: 2,
  browsermatch: 1,
}

const apacheWords = (text: string): readonly string[] =>
  [...text.matchAll(/"((?:\\"|[^"])*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')

/** Throws on a directive whose name says "match" and that is not known here. */
export const expressionsOfApache = (text: string, name: string, line = 1): readonly Expression[] =>
  text.split('\n').flatMap((each, index): readonly Expression[] => {
    const words = apacheWords(each.trim().replace(/>$/, ''))
    const directive = (words[0] ?? '').toLowerCase()
    const argument = apacheArguments[directive]
    const where = `${name}:${line + index}`
    if (argument === undefined) {
      if (/match$/.test(directive) && !directive.startsWith('</')) throw new Error(`${where}: ${directive} is unknown`)
      return []
    }
    const source = (words[argument] ?? '').replace(/^!/, '')
    // Comparisons and tests of files are no patterns.
    if (directive === 'rewritecond' && /^(?:[<>=]|-\w$)/.test(source)) return []
    return [{ where, source, flags: /\[(?:.*,)?(?:NC|nocase)[,\]]/.test(each) ? 'i' : '' }]
  })
