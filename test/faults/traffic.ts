// Mixed traffic at a service with many users: refreshes, redemptions, look-ups and pages, with a watch on errors, times and memory.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createCredentials } from '../../src/crypto/formats/of.ts'
import { createKeyRing } from '../../src/crypto/key-ring.ts'
import { percentiles, type Percentiles } from '../bench/statistics.ts'
import type { Knex } from 'knex'
import { insertSession } from '../support/php-session-writer.ts'
import { consentPath, createApps, publicClientId } from './apps.ts'
import { someGrants } from './population.ts'

export interface TrafficOptions {
  readonly knex: Knex
  readonly keysPath: string
  readonly origin: string
  readonly seconds: number
  readonly applications: number
  /** Told every minute, for long runs. */
  readonly onMinute?: (sofar: { readonly requests: number; readonly errors: number }) => void
}

export interface TrafficResult {
  readonly requests: number
  /** What was neither tokens nor a page, by kind. */
  readonly errors: readonly string[]
  /** Milliseconds. */
  readonly tokens: Percentiles
  readonly pages: Percentiles
  readonly perSecond: number
}

/** Bytes resident of a process and its children. */
export const memoryOf = (pid: number): number => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
  const own = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  return children.reduce((sum, child) => sum + memoryOf(child), own)
}

/** Grants that an application refreshes in turn: one alone would be told to slow down. */
const devices = 97

/** Runs it, `applications` at a time with a short rest after each answer. */
export const traffic = async ({
  knex,
  keysPath,
  origin,
  seconds,
  applications,
  onMinute,
}: TrafficOptions): Promise<TrafficResult> => {
  const now = () => Math.floor(Date.now() / 1000)
  const credentials = createCredentials({ keys: createKeyRing({ dir: keysPath, now }), now })
  const apps = createApps({ knex, keysPath, origin })
  const grants = await someGrants(knex, applications * devices)
  const pages: number[] = []
  const errors: string[] = []
  const end = performance.now() + seconds * 1000

  const page = async (cookie: string): Promise<void> => {
    const before = performance.now()
    const answer = await fetch(`${origin}${consentPath}`, { headers: { cookie }, redirect: 'manual' })
    await answer.text()
    pages.push(performance.now() - before)
    if (answer.status !== 200) errors.push(`page ${answer.status}`)
  }
  // A grant that has lived before.
  const grow = async ({ id, accessTokenId, userId }: (typeof grants)[number]) => ({
    grantId: id.slice(0, 32),
    codeId: '',
    code: '',
    ended: false,
    refreshToken: (await credentials.sealRefreshToken({
      id,
      accessTokenId,
      clientId: publicClientId,
      userId,
      scopes: ['api'],
      expiresAt: now() + 2_592_000,
    })) as string | undefined,
  })
  const one = async (index: number): Promise<void> => {
    const own = grants.slice(index * devices, (index + 1) * devices)
    const grown = await Promise.all(own.map(grow))
    // And a user with a browser.
    const userId = own[0]?.userId ?? ''
    await knex('config_values').insert({ field: 'TERMS_ACCEPTED', range_id: userId, value: '1' }).onConflict().ignore()
    const cookie = `Studip_Session=${await insertSession(knex, { content: { uid: userId, sessionStart: 1 } })}`
    for (let turn = 0; performance.now() < end; turn += 1) {
      const app = grown[turn % grown.length]
      if (turn % 6 === 4) await apps.present(await apps.fresh())
      else if (turn % 6 === 5) await page(cookie)
      else if (app) await apps.present(app)
      await sleep(50)
    }
  }
  const everyMinute = setInterval(
    () =>
      onMinute?.({
        requests: apps.answers.length + pages.length,
        errors: errors.length + apps.answers.filter(({ issued }) => !issued).length,
      }),
    60_000,
  )
  await Promise.all(Array.from({ length: applications }, (_, index) => one(index))).finally(() =>
    clearInterval(everyMinute),
  )
  for (const { status, error, issued } of apps.answers) if (!issued) errors.push(`${status} ${error}`)
  const requests = apps.answers.length + pages.length
  return {
    requests,
    errors,
    tokens: percentiles(apps.answers.map(({ milliseconds }) => milliseconds)),
    pages: percentiles(pages),
    perSecond: requests / seconds,
  }
}
