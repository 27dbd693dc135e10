// How PHP understands the texts of Stud.IP's configuration (contract §6.2).

/** PHP's truth of a string: `''` and `'0'` are false, everything else is true, even `'false'`. */
export const isTruthy = (text: string | undefined): boolean => text !== undefined && text !== '' && text !== '0'

/** PHP's `(int) $text`: the number in front, 0 when there is none. */
export const toInteger = (text: string | undefined): number => {
  const [number] = /^[ \t\n\r\v\f]*[+-]?\d+(\.\d*)?([eE][+-]?\d+)?/.exec(text ?? '') ?? []
  return number === undefined ? 0 : Math.trunc(Number(number))
}

/** A comma-separated list: trimmed, without empty parts. */
export const toList = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
