// Load while something happens: applications that connect, refresh again and again, and insist when they are put off.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Apps } from './apps.ts'

export interface LoadOptions {
  /** Milliseconds between the requests of one application (100 unless given). */
  readonly pause?: number
  /** After so many refreshes an application is replaced by a fresh one, so that codes are redeemed all the time. */
  readonly life?: number
}

/** Waits until the condition holds; rejects after five minutes. */
export const until = async (condition: () => boolean): Promise<void> => {
  for (const deadline = performance.now() + 300_000; !condition(); await sleep(20))
    if (performance.now() > deadline) throw new Error('five minutes passed in vain')
}

/** Waits until so many more answers with tokens have come. */
export const granted = (apps: Apps, more: number): Promise<void> => {
  const count = () => apps.answers.filter(({ issued }) => issued).length
  const from = count()
  return until(() => count() >= from + more)
}

/** Runs `story` while `count` applications work; then lets each of them finish its request and use what it holds once more. */
export const underLoad = async (
  apps: Apps,
  count: number,
  story: () => Promise<unknown>,
  { pause = 100, life = 12 }: LoadOptions = {},
): Promise<void> => {
  let going = true
  const one = async (index: number): Promise<void> => {
    await sleep((pause / count) * index)
    while (going) {
      const app = await apps.fresh().catch(() => undefined)
      for (let use = 0; app && use < life && going && !app.ended; use += 1) {
        await apps.insist(app, 300_000)
        await sleep(pause)
      }
      // The database is away for us, too.
      if (!app) await sleep(pause)
    }
  }
  const working = Array.from({ length: count }, (_, index) => one(index))
  try {
    await story()
  } finally {
    going = false
  }
  await Promise.all(working)
  await Promise.all(
    apps.all.map(async (app) => {
      if (!app.ended && app.refreshToken !== undefined) await apps.insist(app, 300_000)
    }),
  )
}
