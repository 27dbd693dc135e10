// One row of docs/differences-from-league.md: a request, what others answer, what we answer and why.
import type supertest from 'supertest'
import type { AuthorizationCode, RefreshToken } from '../../../src/oauth/types.ts'
import type { TestApp } from '../../support/app.ts'

export interface World {
  readonly app: TestApp
  /** Cookie header of a logged-in user. */
  readonly cookie: string
  /** A live code of client 2 (public, PKCE, org.example.app:/oauth) as ciphertext; `more` changes it. */
  code(more?: Partial<AuthorizationCode>): Promise<string>
  /** A live refresh token of client 2 as ciphertext. */
  refreshToken(more?: Partial<RefreshToken>): Promise<string>
}

export interface Case {
  readonly title: string
  /** Key in `errors` or `authorize` of league.json. */
  readonly league?: { readonly errors: string } | { readonly authorize: string }
  /** `name` in http-6.0.2.json and http-5.4.11.json. */
  readonly http?: string
  /** Our answer to the same request. */
  ask(world: World): Promise<supertest.Response>
  readonly why: string
}

/** Reasons that several rows share. */
export const why = {
  same: 'The same.',
  rfcCode:
    'RFC 6749 §5.2 calls this `invalid_grant` with 400; client libraries drop their tokens on it and ask for a new login.',
  missing: 'RFC 6749 §5.2: `unsupported_grant_type` is for a grant type that is there.',
  json: 'The same as league, and JSON always.',
  redirected:
    'RFC 6749 §4.1.2.1: once client and redirect URI are sound, errors go to the client, with `state`. After the login only (D18).',
  page: 'RFC 6749 §4.1.2.1: with an unknown client or redirect URI the user is told, by a page; nothing is redirected.',
} as const
