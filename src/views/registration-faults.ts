// What a form for a client says beside each of its fields: for root, and for those who ask for one.
import type { RegistrationFault } from '../oauth/client-registration.ts'
import type { TextKey, TextValues } from './texts.ts'

interface Fault extends Omit<RegistrationFault, 'field'> {
  readonly field: string
}
type Limits = Readonly<Record<string, number>>

const faultText = (
  { field, code, uri }: Fault,
  limits: Limits,
): { readonly text: TextKey; readonly values: TextValues } => {
  if (uri !== undefined) return { text: `fault.uri.${code as 'comma'}`, values: { uri } }
  if (code === 'too-long') return { text: 'fault.too-long', values: { limit: limits[field]! } }
  if (code === 'unstorable') return { text: 'fault.unstorable', values: {} }
  if (code === 'missing') return { text: field === 'confidentiality' ? 'fault.choose' : 'fault.missing', values: {} }
  return { text: field === 'homepage' ? 'fault.homepage' : 'fault.malformed', values: {} }
}

/** What a form for a client says beside each of its fields. */
export const registrationFaults = (
  { faults, sharedScheme }: { readonly faults: readonly Fault[]; readonly sharedScheme: boolean },
  fields: readonly string[],
  limits: Limits,
) => ({
  limits,
  faults: Object.fromEntries(
    fields.map((field) => [
      field,
      faults.filter((fault) => fault.field === field).map((fault) => faultText(fault, limits)),
    ]),
  ),
  asksForSharedScheme: sharedScheme || faults.some(({ code }) => code === 'scheme-without-dot'),
  failed: faults.length > 0,
})
