// The JSON inside codes and refresh tokens, field by field as league writes it (contract §9.3), with a member of ours behind them.
import { formatOf } from '../oauth/scopes/index.ts'
import type { AuthorizationCode, CodeChallenge, RefreshToken } from '../oauth/types.ts'

export const writeCode = (code: AuthorizationCode): string =>
  JSON.stringify({
    client_id: code.clientId,
    redirect_uri: code.redirectUri ?? null,
    auth_code_id: code.id,
    scopes: leaguesOwn(code.scopes),
    user_id: code.userId,
    expire_time: code.expiresAt,
    code_challenge: code.codeChallenge?.challenge ?? null,
    code_challenge_method: code.codeChallenge?.method ?? null,
    ...furtherScopes(code.scopes),
    nonce: code.nonce,
    auth_time: code.authTime,
  })

export const writeRefreshToken = (token: RefreshToken): string =>
  JSON.stringify({
    client_id: token.clientId,
    refresh_token_id: token.id,
    access_token_id: token.accessTokenId,
    scopes: leaguesOwn(token.scopes),
    user_id: token.userId,
    expire_time: token.expiresAt,
    ...furtherScopes(token.scopes),
  })

/** Undefined unless every field is there with its type; a refresh token is no code. */
export const readCode = (json: string): AuthorizationCode | undefined => {
  const fields = parseObject(json)
  const common = fields && readCommon(fields)
  if (!common || !isId(fields.auth_code_id) || !isTextOrNull(fields.redirect_uri)) return undefined
  const codeChallenge = readCodeChallenge(fields.code_challenge, fields.code_challenge_method)
  if (codeChallenge === 'malformed') return undefined
  const { nonce, auth_time: authTime } = fields
  return {
    id: fields.auth_code_id,
    ...common,
    redirectUri: fields.redirect_uri || undefined,
    codeChallenge,
    ...(typeof nonce === 'string' && { nonce }),
    ...(isSeconds(authTime) && { authTime }),
  }
}

/** Undefined unless every field is there with its type; a code is no refresh token. */
export const readRefreshToken = (json: string): RefreshToken | undefined => {
  const fields = parseObject(json)
  const common = fields && readCommon(fields)
  if (!common || !isId(fields.refresh_token_id) || !isId(fields.access_token_id)) return undefined
  return { id: fields.refresh_token_id, accessTokenId: fields.access_token_id, ...common }
}

type Fields = Readonly<Record<string, unknown>>

/** A JSON object, or undefined. */
export const parseObject = (json: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

// league refuses to renew what names a scope that it does not know, and ignores members that it does not know.
const leaguesOwn = (scopes: readonly string[]): readonly string[] => {
  const own = scopes.filter((name) => formatOf([name]) === 'league')
  return own.length > 0 ? own : scopes
}
const furtherScopes = (scopes: readonly string[]): { readonly further_scopes?: readonly string[] } => {
  const own = leaguesOwn(scopes)
  const further = scopes.filter((name) => !own.includes(name))
  return further.length > 0 ? { further_scopes: further } : {}
}

const readCommon = ({
  client_id: clientId,
  user_id: userId,
  scopes,
  further_scopes: further = [],
  expire_time: expiresAt,
}: Fields) =>
  isClientId(clientId) && isUserId(userId) && isScopes(scopes) && isScopes(further) && isSeconds(expiresAt)
    ? { clientId, userId, scopes: [...scopes, ...further], expiresAt }
    : undefined

const readCodeChallenge = (challenge: unknown, method: unknown): CodeChallenge | undefined | 'malformed' => {
  if (challenge === null) return undefined
  if (typeof challenge !== 'string' || challenge === '') return 'malformed'
  return method === 'S256' || method === 'plain' ? { challenge, method } : 'malformed'
}

/** An id of one of the oauth2_* rows (contract §8). Upper case would find the row too, so it is no id. */
export const isId = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{80}$/.test(value)
/** The built-in server lets `1abc` through for client 1 (contract §8); here it is no client. */
export const isClientId = (value: unknown): value is string =>
  typeof value === 'string' && /^[1-9][0-9]{0,19}$/.test(value)
/** char(32) in Stud.IP's tables. */
export const isUserId = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x21-\x7e]{1,32}$/.test(value)
export const isScopes = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((scope) => typeof scope === 'string')
const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0
const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string'
