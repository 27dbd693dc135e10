// What only we read: compact JWE, a key of its own for each kind. league cannot decrypt it, the JSON:API cannot parse it (D23).
import { formatOf } from '../../oauth/scopes/index.ts'
import { claimsOf, readClaims } from '../access-token.ts'
import type { KeyRing } from '../key-ring.ts'
import { readCode, readRefreshToken, writeCode, writeRefreshToken } from '../payloads.ts'
import { openBytes, sealBytes } from '../sealed.ts'
import type { CredentialFormat } from './format.ts'

/** Each names its key (HKDF) and its header, so that none opens in the place of another (RFC 8725 §3.11, §3.12). */
type Kind = 'authorization_code' | 'refresh_token' | 'access_token'

/** Five parts, as compact JWE has (RFC 7516 §7.1): a JWT has three, a Defuse ciphertext one. */
export const isSealed = (text: string): boolean => text.split('.', 6).length === 5

/** Signs nothing, so nothing here waits for a signature. */
export const createSealedFormat = ({ keys }: { readonly keys: KeyRing }): CredentialFormat => {
  const seal = async (json: string, kind: Kind): Promise<string> =>
    sealBytes(Buffer.from(json), (await keys.current()).derive(kind), kind)
  const open = async <T extends { readonly scopes: readonly string[] }>(
    text: string,
    kind: Kind,
    read: (json: string) => T | undefined,
  ): Promise<T | undefined> => {
    const bytes = openBytes(text, (await keys.current()).derive(kind), kind)
    const opened = bytes && read(bytes.toString())
    return opened && formatOf(opened.scopes) === 'sealed' ? opened : undefined
  }
  return {
    sealCode: (code) => seal(writeCode(code), 'authorization_code'),
    openCode: (text) => open(text, 'authorization_code', readCode),
    sealRefreshToken: (token) => seal(writeRefreshToken(token), 'refresh_token'),
    openRefreshToken: (text) => open(text, 'refresh_token', readRefreshToken),
    sealAccessToken: (token) => seal(JSON.stringify(claimsOf(token)), 'access_token'),
    openAccessToken: (text) => open(text, 'access_token', readClaims),
  }
}
