// What PKCE needs of cryptography (RFC 7636 §4.2, §4.6).
import { createHash } from 'node:crypto'
import type { ChallengeHash } from '../oauth/pkce.ts'
import { equalConstantTime } from './constant-time.ts'

export const challengeHash: ChallengeHash = {
  sha256Base64url: (text) => createHash('sha256').update(text, 'ascii').digest('base64url'),
  equal: equalConstantTime,
}
