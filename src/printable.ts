// Text from outside for a terminal, which would obey the escape sequences in it.

/** With a sign in the place of every character that is not seen. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�')

/** The same, but for line ends and tabs. */
export const printableLines = (text: string): string => text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '\ufffd')

const escaped = (text: string): string =>
  text.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** JSON that means what it meant, with an escape for every character that is not seen; terminals obey some of those that JSON leaves alone. */
export const printableJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll(/[\x7f-\x9f\u2028\u2029\p{Cf}]/gu, escaped)
