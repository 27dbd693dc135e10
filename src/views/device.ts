// Values of the pages for devices (RFC 8628 §3.3).
import type { Client } from '../oauth/types.ts'
import { accessValues, type AccessModel } from './access.ts'
import { webAddress } from './addresses.ts'
import { oddLettersOf } from '../oauth/odd-letters.ts'
import type { Reader } from './scopes.ts'

export interface DeviceModel {
  /** True where the code that was typed is none that waits. */
  readonly isUnknown: boolean
}

export interface DeviceConfirmModel extends AccessModel {
  readonly client: Pick<Client, 'name' | 'owner' | 'homepage'>
  /** To compare with what the device shows. */
  readonly userCode: string
  /** Where the request came from. */
  readonly address: string
  /** Unix seconds. */
  readonly requestedAt: number
  readonly securityToken: string
}

export interface DeviceDoneModel {
  readonly clientName: string
  readonly allows: boolean
}

/** The variables of templates/device-confirm.ejs. */
export const deviceConfirmValues = (model: DeviceConfirmModel, reader: Reader) => ({
  ...model,
  access: accessValues(model, reader),
  oddLetters: oddLettersOf(model.client),
  homepageHost: webAddress(model.client.homepage)?.host,
})
