// What the device grant needs from outside (RFC 8628, D27).

/** A device code as its text carries it. Times are unix seconds. */
export interface DeviceCode {
  /** Id of the request's row. */
  readonly id: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly expiresAt: number
}

export interface DeviceCodes {
  /** The row id of a user code: 80 hex characters that only this installation can compute. */
  idOf(userCode: string): Promise<string>
  seal(code: DeviceCode): Promise<string>
  /** Undefined for anything else than what `seal` makes. */
  open(text: string): Promise<DeviceCode | undefined>
}

/** A request that waits for somebody to answer it. */
export interface PendingDevice {
  readonly id: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Where it came from. */
  readonly address: string
  /** Unix seconds. */
  readonly requestedAt: number
}

/** An answer that was given. */
export interface AnsweredDevice {
  readonly clientId: string
  /** Undefined where somebody denied it; who, nobody keeps. */
  readonly allowedBy: string | undefined
}

/** `slow-down`: asked again before the interval was over, which is longer from now on. */
export type DeviceState =
  | { readonly kind: 'pending' | 'slow-down' | 'denied' | 'used' | 'unknown' }
  /** With the unix seconds of the login of whoever approved, where the device signs them in. */
  | { readonly kind: 'approved'; readonly userId: string; readonly authTime: number | undefined }

export interface Devices {
  /** False when the user code is taken. */
  insert(code: DeviceCode, address: string): Promise<boolean>
  /** Undefined unless it waits for an answer. */
  findPending(id: string): Promise<PendingDevice | undefined>
  /** False when it was answered before, or is too old. */
  approve(id: string, userId: string, loginAt: number | undefined): Promise<boolean>
  deny(id: string): Promise<boolean>
  /** How it was answered; undefined while it waits, and when it is too old. */
  findAnswered(id: string): Promise<AnsweredDevice | undefined>
  /** What a poll finds. Counts as one while the request is pending. */
  poll(code: DeviceCode): Promise<DeviceState>
}
