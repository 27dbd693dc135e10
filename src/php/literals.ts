// Numbers and quoted strings as PHP's scanner reads them. The parser keeps their source text beside its own reading.

/** An integer or fraction in any notation of PHP 8; undefined when it has more digits than we can keep. */
export const numberOf = (source: string): number | undefined => {
  const digits = source.replaceAll('_', '').toLowerCase()
  const octal = /^0o?([0-7]+)$/.exec(digits)
  const value = octal ? Number.parseInt(octal[1]!, 8) : Number(digits)
  return Number.isFinite(value) && (Number.isSafeInteger(value) || /[.e]/.test(digits)) ? value : undefined
}

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  v: '\v',
  e: '\x1b',
  f: '\f',
  '\\': '\\',
  $: '$',
}

const utf8Bytes = (hex: string): string =>
  Buffer.from(String.fromCodePoint(Number.parseInt(hex, 16))).toString('latin1')

/** What stands between double quotes, or in a heredoc, where a quote is no escape. */
export const unescaped = (source: string, quote: '"' | '' = '"'): string =>
  source.replaceAll(
    /\\(?:([ntrvef\\$"])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u\{([0-9A-Fa-f]{1,6})\})/g,
    (written, letter?: string, octal?: string, hex?: string, point?: string) => {
      if (letter === '"') return quote === '"' ? '"' : written
      if (letter) return simple[letter]!
      if (octal) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
      if (hex) return String.fromCharCode(Number.parseInt(hex, 16))
      return utf8Bytes(point!)
    },
  )

const single = /^'(?:[^'\\]|\\[^])*'$/
const double = /^"(?:[^"\\]|\\[^])*"$/

/** The bytes of a quoted string, from its source with the quotes; undefined when they do not close, which the parser lets pass. */
export const stringOf = (source: string): string | undefined => {
  const bare = source.replace(/^b(?=["'])/i, '')
  if (single.test(bare)) return bare.slice(1, -1).replaceAll(/\\(['\\])/g, '$1')
  return double.test(bare) ? unescaped(bare.slice(1, -1)) : undefined
}
