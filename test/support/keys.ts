// Key files for tests: 2048 bits, made once per run because they take a moment.
import { generateKeyFiles, generateSignInKey } from '../../src/crypto/key-generation.ts'
import { temporaryDirectory } from './child-process.ts'

let shared: Promise<string> | undefined

/** A folder with private.key, public.key and encryption_key.php as Stud.IP has them. Shared by the run: do not change the files. */
export const testKeys = (): Promise<string> => (shared ??= freshKeys())

/** Such a folder of one's own. */
export async function freshKeys(): Promise<string> {
  const { path } = await temporaryDirectory('keys')
  await generateKeyFiles(path, { bits: 2048, primes: 2, force: false })
  return path
}

let withSignIn: Promise<string> | undefined

/** The same with oidc.key, so that people can sign in. Shared by the run. */
export const signInKeys = (): Promise<string> =>
  (withSignIn ??= freshKeys().then(async (path) => {
    await generateSignInKey(path)
    return path
  }))
