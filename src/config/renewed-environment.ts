// What systemd would hand over at a start of this moment: it reads the unit's `EnvironmentFile=` at the start only, so a reload
// reads that file itself.
import { SetupError } from '../oauth/errors.ts'
import { readSharedFile, type SharedFile } from './shared-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface RenewedEnvironment {
  /** The whole environment as last renewed; undefined stands for a name that the file holds no longer. */
  readonly current: () => Environment
  /** Reads the file again. Rejects with SetupError, and changes nothing, when it can be read no longer. @returns what takes that back */
  readonly renew: () => Promise<() => void>
  /** The file whose changes are not seen, because this user may not read it. */
  readonly unseen: string | undefined
}

const read = (env: Environment, cwd: string): Promise<SharedFile> => readSharedFile(env, cwd, () => undefined)

const cannotBeRead = ({ file }: SharedFile) =>
  new SetupError(
    `${file} can no longer be read. Bring it back, readable for the user of the service, and reload again.`,
  )

/**
 * A value of `env` that is the file's is taken for handed over from there, and renewed with it; every other one was set beside
 * the file and stays. `cwd` is where a relative name of the file starts.
 */
export const renewedEnvironment = async (
  env: Environment = process.env,
  cwd: string = process.cwd(),
): Promise<RenewedEnvironment> => {
  const first = await read(env, cwd)
  const handedOver = Object.keys(first.values).filter((name) => env[name] === first.values[name])
  const beside: Environment = { ...env, ...Object.fromEntries(handedOver.map((name) => [name, undefined])) }
  let { values } = first
  return {
    current: () => {
      const renewed = Object.entries(values).filter(([name]) => beside[name] === undefined)
      // Nobody reads the file again by himself: a worker that takes the place of a dead one has the same values.
      return { ...beside, ...Object.fromEntries(renewed), STUDIP_OAUTH2_ENV_FILE: '' }
    },
    renew: async () => {
      const next = await read(env, cwd)
      if (first.found && !next.found) throw cannotBeRead(next)
      const before = values
      values = next.values
      return () => void (values = before)
    },
    unseen: first.forbidden ? first.file : undefined,
  }
}
