// What counts as one sender. A household or a server holds a whole /64 of IPv6 addresses, so that one of them says nothing.

const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'))

/** So many groups of an IPv6 address from its beginning, `::` written out. */
const firstGroups = (address: string, count: number): string => {
  const [head = '', tail] = address.split('::')
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')]
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(zeros).fill('0'), ...after]
    .slice(0, count)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

const ofGroups = (address: string, count: number): string => {
  const [plain = ''] = address.slice(0, 64).toLowerCase().split('%')
  if (!plain.includes(':')) return plain
  if (plain.includes('.')) return plain.slice(plain.lastIndexOf(':') + 1)
  return `${firstGroups(plain, count)}::/${count * 16}`
}

/** The key under which a sender is counted: an IPv4 address as it is, also where it comes as `::ffff:192.0.2.1`; of IPv6 the /64. */
export const networkOf = (address: string): string => ofGroups(address, 4)

/** What one customer of a provider may get, or a whole university: of IPv6 the /48. */
export const siteOf = (address: string): string => ofGroups(address, 3)
