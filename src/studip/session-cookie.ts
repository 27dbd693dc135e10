// The session id of a request, as PHP takes it from the Cookie header (contract §1.1, D30).

/** As many cookies as PHP reads (`max_input_vars`); what comes later it never sees. */
const mostCookies = 1000
const blanks = /^[\t\n\v\f\r ]+/

/** Stray `%` stand for themselves, as in PHP. */
const decode = (text: string): string =>
  text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))

/**
 * The names of $_COOKIE that a name may end up under: blanks, dots and brackets become underscores, `name[index]` makes an
 * array of that name. Whether the rest behind a bracket changes, and whether `%XX` is decoded, depends on PHP's version.
 */
const phpNames = (name: string): readonly string[] =>
  [name, decode(name)].flatMap((each) => {
    const text = each.replace(blanks, '')
    // A decoded NUL ends a name in C.
    return [text, text.split('\0', 1)[0] ?? ''].flatMap((part) => {
      const [base = ''] = part.split(/[[\0]/, 1)
      const plain = (of: string) => of.replaceAll(/[ .[]/g, '_')
      return [plain(base), plain(part), `${plain(base)}_${part.slice(base.length + 1)}`]
    })
  })

/** False, at its first letter that differs, of what no rule of PHP's makes this name: nearly every cookie, and anybody may send a thousand. */
const resembles = (text: string, name: string): boolean => {
  for (let at = 0; at < name.length; at += 1)
    if (text[at] !== name[at] && !(name[at] === '_' && ' .[\0'.includes(text[at] ?? ' '))) return false
  return '[\0'.includes(text[name.length] ?? '[')
}
const mayBecome = (sent: string, name: string): boolean =>
  resembles(sent, name) || (sent.includes('%') && resembles(decode(sent).replace(blanks, ''), name))

/**
 * Undefined unless the first cookie that PHP takes for the session's has exactly that name, and 32 lower-case hex characters
 * as its value: another name that becomes this one would make us and Stud.IP believe in different sessions.
 */
export const sessionIdOf = (header: string | undefined, name: string): string | undefined => {
  for (const pair of (header ?? '').split(';', mostCookies)) {
    const [sent = '', ...value] = pair.replace(blanks, '').split('=')
    if (sent !== name && !(mayBecome(sent, name) && phpNames(sent).includes(name))) continue
    const id = decode(value.join('='))
    return sent === name && /^[0-9a-f]{32}$/.test(id) ? id : undefined
  }
  return undefined
}
