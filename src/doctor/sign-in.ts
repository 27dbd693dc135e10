// Sign in with Stud.IP (D26): its key, discovery through the front, and that no ID token opens Stud.IP's API (S-133).
import { randomUUID } from 'node:crypto'
import { signIdToken } from '../crypto/id-token.ts'
import { createKeyRing, type SignInKey } from '../crypto/key-ring.ts'
import { signInClaims } from '../openid/id-token.ts'
import { issuer } from '../settings.ts'
import { ask, jsonOf } from './ask.ts'
import { codeOf, fault, foundOr, ok, type Check, type Finding, type Patient } from './check.ts'

const discoveryFinding = async ({ settings, t }: Patient): Promise<Finding | undefined> => {
  const url = `${issuer(settings)}/.well-known/openid-configuration`
  const answer = await ask(url, { headers: { 'X-Request-Id': randomUUID() } })
  const found = jsonOf(answer)?.['issuer']
  if (found === issuer(settings)) return undefined
  return typeof found === 'string'
    ? fault(t('doctor.front.other-issuer', { url, issuer: found }))
    : fault(t('doctor.front.not-ours', { url, status: answer.status }))
}

/** An ID token of a user and a client that exist, as Stud.IP would meet it. */
const apiFinding = async ({ settings, db, now, t }: Patient, key: SignInKey): Promise<Finding | undefined> => {
  const user = await db('auth_user_md5').first<{ user_id: string } | undefined>('user_id')
  const client = await db('oauth2_clients').where('revoked', 0).first<{ id: string | number } | undefined>('id')
  if (!user || !client) return undefined
  const signedIn = {
    clientId: String(client.id),
    userId: user.user_id,
    nonce: undefined,
    authTime: undefined,
  }
  const claims = signInClaims(issuer(settings), { ...signedIn, issuedAt: now() })
  const token = await signIdToken(claims, '', key)
  const url = `${settings.baseUrl}jsonapi.php/v1/users/me`
  const { status } = await ask(url, { headers: { Authorization: `Bearer ${token}` } })
  return status === 200 ? fault(t('doctor.sign-in.api', { url })) : undefined
}

export const signInCheck: Check = {
  name: 'check.sign-in',
  needs: ['check.keys', 'check.tables'],
  settings: ['BASE_URL', 'KEYS_PATH'],
  run: async (patient) => {
    const { settings, now, t } = patient
    const { signIn, signInFault } = await createKeyRing({ dir: settings.keysPath, now }).current()
    if (signInFault) return [fault(t.keyFiles(signInFault) ?? signInFault.message)]
    if (!signIn) return ok(t('doctor.sign-in.off'))
    try {
      const findings = [await discoveryFinding(patient), await apiFinding(patient, signIn)]
      return foundOr(
        findings.filter((finding) => finding !== undefined),
        t('doctor.sign-in.ok', { issuer: issuer(settings) }),
      )
    } catch (error) {
      return [fault(t('doctor.front.unreachable', { url: issuer(settings), code: codeOf(error) }))]
    }
  },
}
