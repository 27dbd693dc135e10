// A whole sign-in as a relying party and its browser make it: authorize, code, token, userinfo, all over one connection.
import type { Answer, connection } from './connection.ts'

/** What follows the authorization request: the form of the token request without its code, and the userinfo request without its token. */
export interface SignInRequests {
  readonly token: string
  readonly userinfo: string
}

const withForm = (request: string, more: string): string => {
  const [head = '', form = ''] = request.split('\r\n\r\n')
  const body = `${form}&${more}`
  return `${head.replace(/Content-Length: \d+/, `Content-Length: ${body.length}`)}\r\n\r\n${body}`
}

const withBearer = (request: string, token: string): string =>
  request.replace('\r\n\r\n', `\r\nAuthorization: Bearer ${token}\r\n\r\n`)

/** The answer of userinfo, or the first that was not as it should be. */
export const signIn = async (
  { send }: ReturnType<typeof connection>,
  authorize: string,
  { token, userinfo }: SignInRequests,
): Promise<Answer> => {
  const sentBack = await send(authorize)
  const code = URL.canParse(sentBack.location ?? '') && new URL(sentBack.location ?? '').searchParams.get('code')
  if (!code) return { ...sentBack, status: 0 } // a page that asks is no sign-in
  const tokens = await send(withForm(token, `code=${code}`))
  if (tokens.status !== 200) return tokens
  const { access_token: accessToken, id_token: idToken } = JSON.parse(tokens.body) as Record<string, string>
  return accessToken && idToken ? send(withBearer(userinfo, accessToken)) : { ...tokens, status: 0 }
}
