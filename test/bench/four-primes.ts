// A 4096-bit key of four primes (D21) against the usual one of two, our service with each; and whether PHP and jose take it.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { compactVerify, importSPKI } from 'jose'
import { startLeagueContender } from './contenders.ts'
import type { Contender } from './contenders.ts'
import type { Environment } from './environment.ts'
import { publicClient } from './environment.ts'
import { connection } from './connection.ts'
import { post } from './load.ts'
import { inTurns, refreshes, warmUp } from './measure.ts'
import type { Round } from './measure.ts'
import { startOurs } from './ours.ts'
import { leagueSeconds } from './rates.ts'
import { atLeast, format, reported } from './sections.ts'
import type { Line, Scale, SectionResult } from './sections.ts'
import { median } from './statistics.ts'

const phpScript = `[, $dir, $signingInput, $signature] = $argv;
$text = 'signed by PHP';
openssl_sign($text, $made, file_get_contents("$dir/private.key"), OPENSSL_ALGO_SHA256);
$public = file_get_contents("$dir/public.key");
echo openssl_verify($text, $made, $public, OPENSSL_ALGO_SHA256), openssl_verify($signingInput, base64_decode($signature), $public, OPENSSL_ALGO_SHA256);`

/** A token of ours verified by jose and by PHP, and a signature that PHP made with the same file verified by PHP. */
const acceptance = async (contender: Contender, keysPath: string): Promise<Line> => {
  const what = 'Four primes: the same key file signs and verifies in PHP, our token verifies in PHP and jose'
  const http = connection(contender.port)
  const { body } = await http.send(
    post(contender.tokenPath, {
      grant_type: 'refresh_token',
      client_id: publicClient,
      refresh_token: contender.tokens[0] ?? '',
    }),
  )
  http.close()
  const answer = JSON.parse(body) as { access_token: string; refresh_token: string }
  contender.tokens = [answer.refresh_token, ...contender.tokens.slice(1)]
  await compactVerify(answer.access_token, await importSPKI(await readFile(`${keysPath}/public.key`, 'utf8'), 'RS256'))
  const [header, payload, signature = ''] = answer.access_token.split('.')
  try {
    const { stdout } = await promisify(execFile)('php', [
      '-r',
      phpScript,
      keysPath,
      `${header}.${payload}`,
      Buffer.from(signature, 'base64url').toString('base64'),
    ])
    return { what, bar: 'yes', measured: stdout === '11' ? 'yes' : `no (${stdout})`, met: stdout === '11' }
  } catch {
    return reported(what, 'jose: yes; PHP is not installed here')
  }
}

/** OpenSSL 3.5 has instructions of its own for two primes on some processors: four gain less beside them. */
const timesTwoPrimes = (what: string, times: number): Line => {
  const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number)
  return major > 3 || (major === 3 && minor >= 5)
    ? reported(`${what}, with OpenSSL ${process.versions.openssl}`, `${format(times)} ×`)
    : atLeast(what, 1.5, times, ' ×')
}

export const fourPrimes = async (environment: Environment, { rounds, seconds }: Scale): Promise<SectionResult> => {
  const usual = await startOurs(environment, 'rsa4096')
  const four = await startOurs(environment, 'rsa4096-4-primes')
  const league = await startLeagueContender(environment, 'rsa4096')
  try {
    const accepted = await acceptance(four, await environment.keys('rsa4096-4-primes'))
    await warmUp([usual, four], seconds)
    const taken = await inTurns<Round>(
      {
        two: () => refreshes(usual, seconds),
        four: () => refreshes(four, seconds),
        ...(league && { league: () => refreshes(league, leagueSeconds(seconds)) }),
      },
      rounds,
    )
    const rate = (name: string) => median((taken[name] ?? []).map((round) => round.perSecond))
    const what = `Refresh with a four-prime RSA-4096 key: ${format(rate('four'))}/s`
    return {
      data: taken,
      lines: [
        timesTwoPrimes(`${what}, times our two-prime figure (${format(rate('two'))}/s)`, rate('four') / rate('two')),
        league
          ? atLeast(
              `${what}, times league with its usual key (${format(rate('league'))}/s)`,
              60,
              rate('four') / rate('league'),
              ' ×',
            )
          : reported(`${what}, times league`, 'skipped: no league here'),
        accepted,
      ],
    }
  } finally {
    for (const contender of [usual, four, ...(league ? [league] : [])]) await contender.stop()
  }
}
