// Values of the pages on which people ask for a client, and root answers (D35).
import { registrationLimits } from '../oauth/client-registration.ts'
import {
  purposeLimit,
  reasonLimit,
  type RequestFault,
  type RequestForm,
  type RequestState,
} from '../oauth/client-request.ts'
import type { RequestedClient } from '../stores/client-requests.ts'
import { listQuery, type ListState } from './list-state.ts'
import type { Notice } from './notice.ts'
import { registrationFaults } from './registration-faults.ts'
import type { TextKey } from './texts.ts'

/** The empty form. */
export const emptyRequest: RequestForm = {
  name: '',
  redirect: '',
  description: '',
  confidentiality: '',
  owner: '',
  homepage: '',
  purpose: '',
}

export interface RequestsModel {
  readonly requests: readonly RequestedClient[]
  readonly notice: Notice | undefined
  readonly mayAsk: boolean
  /** As many are open as may be. */
  readonly isFull: boolean
  readonly mostOpen: number
}

const stateTexts: Readonly<Record<RequestState, TextKey>> = {
  open: 'requests.state.open',
  approved: 'requests.state.approved',
  rejected: 'requests.state.rejected',
  withdrawn: 'requests.state.withdrawn',
}

// An approved client can be suspended by root like any other.
const stateText = ({ request: { state }, suspended }: RequestedClient): TextKey =>
  state === 'approved' && suspended ? 'requests.state.suspended' : stateTexts[state]

/** The variables of templates/requests.ejs. */
export const requestsValues = (model: RequestsModel) => ({
  ...model,
  requests: model.requests.map((client) => ({ ...client, stateText: stateText(client) })),
})

export interface RequestClientModel {
  readonly form: RequestForm
  readonly faults: readonly RequestFault[]
  readonly sharedScheme: boolean
  /** Whether a client can sign people in here. */
  readonly signIn: boolean
  /** Of this rendering: by it the same form is known again. */
  readonly formKey: string
  readonly securityToken: string
}

/** The variables of templates/request-add.ejs. */
export const requestClientValues = (model: RequestClientModel) => ({
  ...model,
  ...registrationFaults(model, Object.keys(emptyRequest), { ...registrationLimits, purpose: purposeLimit }),
})

export interface WithdrawRequestModel {
  readonly client: RequestedClient
  readonly securityToken: string
}

/** A request as root sees it, with what Stud.IP knows now of the person who made it. */
export interface OpenRequest extends RequestedClient {
  readonly asker: {
    /** Undefined for somebody who is gone. */
    readonly fullName: string | undefined
    readonly perms: string | undefined
    /** Locked, expired or gone: approving is refused. */
    readonly refused: boolean
  }
}

export interface RejectRequestModel {
  readonly client: RequestedClient
  readonly reason: string
  readonly fault: 'missing' | 'too-long' | 'unstorable' | undefined
  /** Where in the list one came from, and goes back to. */
  readonly list: ListState
  readonly securityToken: string
}

/** The variables of templates/client-reject.ejs. */
export const rejectRequestValues = (model: RejectRequestModel) => ({
  ...model,
  here: listQuery(model.list),
  limits: { reason: reasonLimit },
  form: { reason: model.reason },
  faults: {
    reason: model.fault ? [{ text: `fault.${model.fault}` satisfies TextKey, values: { limit: reasonLimit } }] : [],
  },
})
