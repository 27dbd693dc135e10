// Every section of the bench, in the order of the report. Each ends within ten minutes, so that it can be run by itself.
import { codeExchange } from './code-exchange.ts'
import { consentPage } from './consent.ts'
import type { Environment } from './environment.ts'
import { foreignFlood, foreignToken } from './foreign.ts'
import { fourPrimes } from './four-primes.ts'
import { gateway } from './gateway.ts'
import { growth } from './growth.ts'
import { memory } from './memory.ts'
import { clientList, grantsPage } from './pages.ts'
import { purge } from './purge.ts'
import { refresh2048, refresh4096 } from './refresh.ts'
import { sealedRefresh } from './sealed.ts'
import type { Scale, SectionResult } from './sections.ts'
import { signIn } from './sign-in.ts'
import { startUp } from './start.ts'

export const sections = {
  refresh4096,
  refresh2048,
  sealed: sealedRefresh,
  fourPrimes,
  codes: codeExchange,
  signIn,
  consent: consentPage,
  gateway,
  foreign: foreignToken,
  foreignFlood,
  growth,
  grants: grantsPage,
  clients: clientList,
  purge,
  memory,
  start: startUp,
} as const satisfies Readonly<Record<string, (environment: Environment, scale: Scale) => Promise<SectionResult>>>

export type SectionName = keyof typeof sections
export const sectionNames = Object.keys(sections) as readonly SectionName[]

export const isSectionName = (text: string): text is SectionName => text in sections
