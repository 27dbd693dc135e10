// oauth2:keys — makes the three key files (contract §12, D13, D21).
import { loadSettings } from '../../config.ts'
import { generateKeyFiles, generateSignInKey, type KeySize } from '../../crypto/key-generation.ts'
import { flag, type Command } from '../command.ts'
import { CommandError } from '../command-error.ts'

export const keys: Command = {
  name: 'oauth2:keys',
  describe: 'keys.describe',
  examples: [
    ['$0 oauth2:keys --primes 4', 'keys.example'],
    ['$0 oauth2:keys --oidc', 'keys.oidc.example'],
  ],
  options: (args, t) =>
    args
      .option('oidc', { type: 'boolean', describe: t('keys.oidc') })
      .option('force', { type: 'boolean', describe: t('keys.force') })
      .option('bits', {
        type: 'number',
        choices: [2048, 3072, 4096],
        defaultDescription: '4096',
        describe: t('keys.bits'),
      })
      .option('primes', { type: 'number', choices: [2, 4], defaultDescription: '2', describe: t('keys.primes') }),
  run: async (options, { t, success, say, result }) => {
    const [oidc, size, primes] = [flag(options, 'oidc'), options['bits'] as KeySize, options['primes'] as 2 | 4]
    if (oidc && (size || primes)) throw new CommandError(t('keys.oidc.size'), 'usage')
    const { keysPath } = await loadSettings(process.env, { needs: ['KEYS_PATH'] })
    const made = { bits: size ?? 4096, primes: primes ?? 2, force: flag(options, 'force') }
    const files = await (oidc ? generateSignInKey(keysPath, made) : generateKeyFiles(keysPath, made))
    success(t(oidc ? 'keys.oidc.done' : 'keys.done'))
    for (const file of files) say(`  ${file}`)
    result(oidc ? { files } : { files, bits: made.bits, primes: made.primes })
  },
}
