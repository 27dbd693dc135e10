// What the bounce works with.
import type { Knex } from 'knex'
import type { Now } from '../oauth/ports.ts'
import type { Settings } from '../settings.ts'
import type { StudipConfig } from './config.ts'

export interface BounceDeps {
  readonly db: Knex
  readonly settings: Pick<Settings, 'baseUrl' | 'studipVersion' | 'sessionCookie'>
  readonly config: StudipConfig
  /** Key for one purpose, from the encryption key; rejects with SetupError while the key files are unusable. */
  readonly derive: (label: string) => Buffer | Promise<Buffer>
  readonly now: Now
  /** Hears why the way back cannot be built; the user gets the fallback page. */
  readonly onFault?: (error: unknown) => void
}
