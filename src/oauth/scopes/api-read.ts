// Reading whatever the user may see, changing nothing (D24).
import type { Offering, Scope } from './scope.ts'

export const apiRead = {
  name: 'api.read',
  isOffered: ({ apiRead }: Offering) => apiRead,
  format: 'sealed',
  isRenewable: true,
  text: 'scope.api.read',
} as const satisfies Scope
