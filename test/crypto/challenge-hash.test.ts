// The pair of RFC 7636 Appendix B through the core's check and our hash.
import { expect } from 'chai'
import { challengeHash } from '../../src/crypto/challenge-hash.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import { verifyCodeVerifier } from '../../src/oauth/pkce.ts'

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

describe('challenge hash', () => {
  it('S-017 takes the example pair of RFC 7636, and neither a verifier that differs in one character nor the challenge itself', () => {
    verifyCodeVerifier(verifier, { challenge, method: 'S256' }, challengeHash)
    for (const wrong of [`e${verifier.slice(1)}`, `${verifier.slice(0, -1)}l`, challenge]) {
      expect(() => verifyCodeVerifier(wrong, { challenge, method: 'S256' }, challengeHash), wrong)
        .to.throw(OAuthError)
        .with.property('code', 'invalid_grant')
    }
  })
})
