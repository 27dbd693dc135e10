// Text from outside for a terminal, which would obey the escape sequences in it.

/** With a sign in the place of every character that is not seen. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�')
