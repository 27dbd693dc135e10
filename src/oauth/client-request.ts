// A client that somebody asked for (D35): who, why and what became of it, in the notes of the client.
import {
  checkClientRegistration,
  showsNothing,
  type CheckedRegistration,
  type ClientRegistration,
  type RegistrationFault,
} from './client-registration.ts'
import type { Allowed } from './redirect-uri-registration.ts'

/** `withdrawn` only after it was approved: before that, its row goes. */
export const requestStates = ['open', 'approved', 'rejected', 'withdrawn'] as const
export type RequestState = (typeof requestStates)[number]

/** Somebody by id and by the user name of that time. */
export interface Named {
  /** `-` for somebody whose data were deleted, and for the command line. */
  readonly id: string
  readonly username: string
}

export interface Decision {
  readonly by: Named
  /** Unix seconds. */
  readonly at: number
  /** One line; empty where none was given. */
  readonly reason: string
}

export interface AskedFor {
  readonly state: RequestState
  readonly by: Named
  /** Unix seconds. */
  readonly at: number
  /** Why; any number of lines. */
  readonly purpose: string
  /** The last one; undefined while it is open. */
  readonly decision: Decision | undefined
}

/** What these notes begin with, to be found by. */
export const notesBeginWith = 'Client request: '
/** The same for one state, and for what one user asked for. */
export const beginningOf = (state: RequestState, userId?: string): string =>
  `${notesBeginWith}${state}\n${userId === undefined ? '' : `Asked by: ${userId} `}`

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').trim()
const named = ({ id, username }: Named): string => `${id} ${oneLine(username)}`
const moment = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

/** A head of fixed lines, an empty one, and the purpose: whatever that says, it never becomes a part of the head. */
export const writeRequest = ({ state, by, at, purpose, decision }: AskedFor): string =>
  [
    `${notesBeginWith}${state}`,
    `Asked by: ${named(by)}`,
    `Asked at: ${moment(at)}`,
    ...(decision
      ? [
          `Decided by: ${named(decision.by)}`,
          `Decided at: ${moment(decision.at)}`,
          `Reason: ${oneLine(decision.reason)}`,
        ]
      : []),
    '',
    purpose,
  ].join('\n')

const isState = (text: string): text is RequestState => requestStates.some((state) => state === text)

const readNamed = (text: string): Named | undefined => {
  const [id = '', ...rest] = text.split(' ')
  return id === '' ? undefined : { id, username: rest.join(' ') }
}
const readMoment = (text: string | undefined): number | undefined => {
  const milliseconds = Date.parse(text ?? '')
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000)
}

type Head = ReadonlyMap<string, string>

const headOf = (text: string): Head =>
  new Map(
    text.split('\n').map((line) => {
      const [name = '', ...value] = line.split(': ')
      return [name, value.join(': ')] as const
    }),
  )

const readDecision = (head: Head): Decision | undefined => {
  const by = readNamed(head.get('Decided by') ?? '')
  const at = readMoment(head.get('Decided at'))
  return by && at !== undefined ? { by, at, reason: head.get('Reason') ?? '' } : undefined
}

/** Undefined for notes of another kind. */
export const readRequest = (notes: string): AskedFor | undefined => {
  const end = notes.indexOf('\n\n')
  if (!notes.startsWith(notesBeginWith) || end < 0) return undefined
  const head = headOf(notes.slice(0, end))
  const state = head.get('Client request') ?? ''
  const by = readNamed(head.get('Asked by') ?? '')
  const at = readMoment(head.get('Asked at'))
  if (!isState(state) || !by || at === undefined) return undefined
  return { state, by, at, purpose: notes.slice(end + 2), decision: readDecision(head) }
}

/** The fields of the admin's form without its notes, and what the client is for. */
export interface RequestForm extends Omit<ClientRegistration, 'admin_notes'> {
  readonly purpose: string
}
export interface RequestFault extends Omit<RegistrationFault, 'field'> {
  readonly field: keyof RequestForm
}

/** Characters. */
export const purposeLimit = 2_000
/** Characters. */
export const reasonLimit = 500

const isTooLong = (text: string, limit: number): boolean => [...text].length > limit

/** The rules of registration, and a purpose that says something. */
export const checkRequest = (
  { purpose: typed, ...form }: RequestForm,
  allow: Allowed,
):
  { readonly client: CheckedRegistration; readonly purpose: string } | { readonly faults: readonly RequestFault[] } => {
  const purpose = typed.replaceAll(/\r\n?/g, '\n').trim()
  const checked = checkClientRegistration({ ...form, admin_notes: '' }, allow)
  const own: readonly RequestFault[] = [
    ...(showsNothing(purpose) ? [{ field: 'purpose', code: 'missing' } as const] : []),
    ...(isTooLong(purpose, purposeLimit) ? [{ field: 'purpose', code: 'too-long' } as const] : []),
  ]
  if ('faults' in checked) return { faults: [...(checked.faults as readonly RequestFault[]), ...own] }
  return own.length > 0 ? { faults: own } : { client: checked.client, purpose }
}

/** One line that says something, as it is stored; else what is wrong. */
export const checkReason = (
  typed: string,
): { readonly reason: string } | { readonly fault: 'missing' | 'too-long' } => {
  const reason = oneLine(typed)
  if (showsNothing(reason)) return { fault: 'missing' }
  return isTooLong(reason, reasonLimit) ? { fault: 'too-long' } : { reason }
}
