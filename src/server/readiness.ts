// Can this worker do its work now? Database with session store, and key files (D16).
import { SetupError } from '../oauth/errors.ts'
import type { Deps } from '../wire/deps.ts'
import type { Readiness } from './messages.ts'

// Well-formed and in no store: looking it up shows that database and session store answer.
const nobody = '0'.repeat(32)

const reason = async (check: () => Promise<unknown>): Promise<string | undefined> => {
  try {
    await check()
    return undefined
  } catch (error) {
    return error instanceof SetupError
      ? error.message
      : ((error as NodeJS.ErrnoException).code ?? (error as Error).name)
  }
}

/** Never rejects. */
export const readinessOf = async ({
  gate,
  keys,
  settings,
}: Pick<Deps, 'gate' | 'keys' | 'settings'>): Promise<Readiness> => {
  const [database, keyFiles] = await Promise.all([
    reason(() => gate.identify({ cookie: `${settings.sessionCookie}=${nobody}`, acceptLanguage: undefined })),
    reason(() => keys.current()),
  ])
  return { database, keys: keyFiles }
}

export const isReady = ({ database, keys }: Readiness): boolean => database === undefined && keys === undefined
