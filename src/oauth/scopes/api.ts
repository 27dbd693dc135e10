// Everything that the user may do: Stud.IP's API checks no scope, so whoever speaks its formats has this one (contract §8.1).
import type { Scope } from './scope.ts'

export const api = {
  name: 'api',
  isOffered: () => true,
  format: 'league',
  isRenewable: true,
  text: 'scope.api',
} as const satisfies Scope
