// What counts as one sender. A household or a server holds a whole /64 of IPv6 addresses, so that one of them says nothing.

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))

/** The first four groups of an IPv6 address, `::` written out. */
const first64Bits = (address: string): string => {
  const [head = '', tail] = address.split('::')
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')]
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(zeros).fill('0'), ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/** The key under which a sender is counted: an IPv4 address as it is, also where it comes as `::ffff:192.0.2.1`; of IPv6 the /64. */
export const networkOf = (address: string): string => {
  const [plain = ''] = address.slice(0, 64).toLowerCase().split('%')
  if (!plain.includes(':')) return plain
  if (plain.includes('.')) return plain.slice(plain.lastIndexOf(':') + 1)
  return `${first64Bits(plain)}::/64`
}
