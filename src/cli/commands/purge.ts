// oauth2:purge — deletes codes and tokens that are over (contract §8, D11).
import { DateTime } from 'luxon'
import { purge as purgeTokens, type Purged, type PurgeOptions } from '../../stores/purge.ts'
import { createStudipConfig } from '../../studip/config.ts'
import { flag, numberIn, type Command, type Options } from '../command.ts'
import type { Terminal } from '../terminal.ts'
import { now, withDatabase } from '../with-database.ts'

/** Local midnight seven days ago, as unix seconds (contract §8). An unknown zone counts as Stud.IP's default. */
export const cutBefore = (seconds: number, timezone: string): number => {
  const here = DateTime.fromSeconds(seconds, { zone: timezone })
  return (here.isValid ? here : DateTime.fromSeconds(seconds, { zone: 'Europe/Berlin' }))
    .minus({ days: 7 })
    .startOf('day')
    .toUnixInteger()
}

const intro = {
  none: 'purge.intro',
  revoked: 'purge.intro-revoked',
  expired: 'purge.intro-expired',
  both: 'purge.intro-both',
} as const

const optionsOf = (options: Options, { t }: Terminal): Omit<PurgeOptions, 'cut'> => ({
  revoked: flag(options, 'revoked'),
  expired: flag(options, 'expired'),
  dryRun: flag(options, 'dry-run'),
  batch: numberIn(options, 'batch', [1, 100_000], t),
  pause: numberIn(options, 'pause', [0, 60_000], t),
})

const report = (
  { deleted, complete, longestTransaction }: Purged,
  dryRun: boolean,
  { t, success, warn, result }: Terminal,
) => {
  const counts = {
    codes: deleted.oauth2_auth_codes,
    access: deleted.oauth2_access_tokens,
    refresh: deleted.oauth2_refresh_tokens,
  }
  success(t(dryRun ? 'purge.would' : 'purge.done', counts))
  if (!complete) warn(t('purge.stopped'))
  result({
    dryRun,
    complete,
    authorizationCodes: counts.codes,
    accessTokens: counts.access,
    refreshTokens: counts.refresh,
    longestTransactionMs: Math.round(longestTransaction),
  })
}

/** Ctrl-C and SIGTERM stop after the running transaction. */
const untilStopped = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  return work(stop.signal).finally(() => process.off('SIGINT', onSignal).off('SIGTERM', onSignal))
}

export const purge: Command = {
  name: 'oauth2:purge',
  describe: 'purge.describe',
  examples: [
    ['$0 oauth2:purge --dry-run', 'purge.example'],
    ['$0 oauth2:purge --batch 500 --pause 100', 'purge.example-gentle'],
  ],
  options: (args, t) =>
    args
      .option('revoked', { type: 'boolean', describe: t('purge.revoked') })
      .option('expired', { type: 'boolean', describe: t('purge.expired') })
      .option('dry-run', { type: 'boolean', describe: t('option.dry-run') })
      .option('batch', { type: 'number', default: 1000, describe: t('purge.batch') })
      .option('pause', { type: 'number', default: 20, describe: t('purge.pause') }),
  run: async (options, terminal) => {
    const { t, say } = terminal
    const chosen = optionsOf(options, terminal)
    say(t(intro[chosen.revoked ? (chosen.expired ? 'both' : 'revoked') : chosen.expired ? 'expired' : 'none']))
    const bar = terminal.progress()
    const purged = await withDatabase(async (db, settings) => {
      const timezone = await createStudipConfig({ db, settings }).global('DEFAULT_TIMEZONE')
      const onProgress: PurgeOptions['onProgress'] = ({ walked, total }) => bar.update(walked, total)
      return untilStopped((signal) =>
        purgeTokens(db, now, { ...chosen, cut: cutBefore(now(), timezone), signal, onProgress }),
      )
    }).finally(bar.stop)
    report(purged, chosen.dryRun, terminal)
    return purged.complete ? 0 : 1
  },
}
