// What a client must bring to be registered, field by field: for the form and for the command line alike (contract §11.4).
import { checkRedirectUri, type Allowed, type RedirectUriFault } from './redirect-uri-registration.ts'
import { sentAddress } from './sent-address.ts'

/** As typed; line ends of any kind. */
export interface ClientRegistration {
  readonly name: string
  /** One redirect URI a line. */
  readonly redirect: string
  readonly description: string
  /** `public` or `confidential`; anything else is a fault. */
  readonly confidentiality: string
  readonly owner: string
  readonly homepage: string
  readonly admin_notes: string
}
export type RegistrationField = keyof ClientRegistration

export interface RegistrationFault {
  readonly field: RegistrationField
  readonly code: 'missing' | 'too-long' | 'malformed' | 'unstorable' | RedirectUriFault
  /** The redirect URI at fault, where one is. */
  readonly uri?: string
}

/** A registration without fault, trimmed. */
export interface CheckedRegistration {
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly description: string
  readonly confidential: boolean
  readonly owner: string
  readonly homepage: string
  readonly adminNotes: string
}

/** Characters: those of Stud.IP's form, and of its columns where the form has none. */
export const registrationLimits: Readonly<Record<Exclude<RegistrationField, 'confidentiality'>, number>> = {
  name: 255,
  redirect: 1000,
  description: 1000,
  owner: 100,
  homepage: 200,
  admin_notes: 10_000,
}

const limited = Object.keys(registrationLimits) as (keyof typeof registrationLimits)[]
const singleLine = ['name', 'owner', 'homepage'] as const
const lengthOf = (text: string): number => [...text].length
const tidy = (text: string): string => text.replaceAll(/\r\n?/g, '\n').trim()

/** True of what nobody sees, whatever it is made of: blanks, characters without width, fillers. */
export const showsNothing = (text: string): boolean =>
  !/[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{C}\u2800]/u.test(text)

// Characters that end a line, and those that turn the direction of what follows, so that it reads as something else (UTS #55).
const unfitForOneLine = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

const isHomepage = (text: string): boolean => {
  const address = sentAddress(text)
  return /^https?:\/\/[^\\]/i.test(text) && address?.username === '' && address.password === ''
}

const fieldFaults = (form: ClientRegistration): readonly RegistrationFault[] => [
  ...(['name', 'redirect', 'owner', 'homepage'] as const)
    .filter((field) => showsNothing(form[field]))
    .map((field) => ({ field, code: 'missing' }) as const),
  ...(form.confidentiality === 'public' || form.confidentiality === 'confidential'
    ? []
    : [{ field: 'confidentiality', code: 'missing' } as const]),
  ...limited
    .filter((field) => lengthOf(form[field]) > registrationLimits[field])
    .map((field) => ({ field, code: 'too-long' }) as const),
  ...singleLine
    .filter((field) => unfitForOneLine.test(form[field]))
    .map((field) => ({ field, code: 'malformed' }) as const),
  ...(!showsNothing(form.homepage) &&
  lengthOf(form.homepage) <= registrationLimits.homepage &&
  !isHomepage(form.homepage)
    ? [{ field: 'homepage', code: 'malformed' } as const]
    : []),
]

const redirectFaults = (uris: readonly string[], allow: Allowed): readonly RegistrationFault[] =>
  uris.flatMap((uri) => {
    const code = checkRedirectUri(uri, allow)
    return code ? [{ field: 'redirect', code, uri } as const] : []
  })

/** Either the client to store, or every fault at once; nothing is altered silently but the blanks around a value. */
export const checkClientRegistration = (
  typed: ClientRegistration,
  allow: Allowed = {},
): { readonly client: CheckedRegistration } | { readonly faults: readonly RegistrationFault[] } => {
  const form = Object.fromEntries(
    Object.entries(typed).map(([field, text]) => [field, tidy(text as string)]),
  ) as unknown as ClientRegistration
  const redirectUris = [
    ...new Set(
      form.redirect
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  ]
  const ownFaults = fieldFaults(form)
  // A field that is too long may hold thousands of lines: each would be a fault of its own.
  const isTooLong = ownFaults.some(({ field, code }) => field === 'redirect' && code === 'too-long')
  const faults = [...ownFaults, ...(isTooLong ? [] : redirectFaults(redirectUris, allow))]
  if (faults.length > 0) return { faults }
  const { name, description, owner, homepage, admin_notes: adminNotes } = form
  return {
    client: {
      name,
      redirectUris,
      description,
      confidential: form.confidentiality === 'confidential',
      owner,
      homepage,
      adminNotes,
    },
  }
}
