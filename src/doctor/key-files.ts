// Are the key files there, closed to others, readable by PHP and us, and do they work (contract §8.2, S-061)?
import { stat } from 'node:fs/promises'
import { createCredentials } from '../crypto/formats/of.ts'
import { inspectKeyFiles, readKeyFiles, type KeyFileState } from '../crypto/key-files.ts'
import { createKeyRing } from '../crypto/key-ring.ts'
import { inspectSignInKey } from '../crypto/sign-in-key.ts'
import { SetupError } from '../oauth/errors.ts'
import { withDefault } from '../oauth/scopes/index.ts'
import { fault, foundOr, type Check, type Finding, type Patient } from './check.ts'

const modeFindings = (files: readonly KeyFileState[], { t }: Patient): Finding[] =>
  files
    .filter(({ exists, modeOk }) => exists && !modeOk)
    .map(({ path, mode = '' }) =>
      fault(t(/[4567]$/.test(mode) ? 'doctor.keys.others' : 'doctor.keys.mode', { path, mode })),
    )

const groupFindings = async (files: readonly KeyFileState[], { t }: Patient): Promise<Finding[]> => {
  const groups = await Promise.all(
    files.filter(({ exists }) => exists).map(async ({ path }) => ({ path, group: (await stat(path)).gid })),
  )
  const [first, ...others] = groups
  return others
    .filter(({ group }) => group !== first?.group)
    .map(({ path, group }) =>
      fault(t('doctor.keys.group', { path, group, other: first?.path ?? '', expected: first?.group ?? '' })),
    )
}

/** Seals and opens a token of nobody, as Stud.IP reads it: shows that encryption key and derived keys fit together. */
const decrypts = async ({ settings, now }: Patient): Promise<boolean> => {
  const credentials = createCredentials({ keys: createKeyRing({ dir: settings.keysPath, now }), now })
  const token = {
    id: '0'.repeat(80),
    accessTokenId: '1'.repeat(80),
    clientId: '1',
    userId: 'nobody',
    scopes: withDefault([]),
    expiresAt: now(),
  }
  return (await credentials.openRefreshToken(await credentials.sealRefreshToken(token)))?.id === token.id
}

export const keysCheck: Check = {
  name: 'check.keys',
  needs: [],
  settings: ['KEYS_PATH'],
  run: async (patient) => {
    const { settings, t } = patient
    const files = [...(await inspectKeyFiles(settings.keysPath)), ...(await inspectSignInKey(settings.keysPath))]
    const outside = [...modeFindings(files, patient), ...(await groupFindings(files, patient))]
    try {
      const { bits } = await readKeyFiles(settings.keysPath)
      const inside = (await decrypts(patient)) ? [] : [fault(t('doctor.keys.decrypt'))]
      return foundOr([...outside, ...inside], t('doctor.keys.ok', { bits }))
    } catch (error) {
      if (error instanceof SetupError) return [...outside, fault(t.keyFiles(error) ?? error.message)]
      throw error
    }
  },
}
