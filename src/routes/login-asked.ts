// Remembers, in the address of a request that waits for a later login, which one it waits for (S-138). Sealed: nobody else can say so.
import type { KeyRing } from '../crypto/key-ring.ts'
import { open, seal } from '../crypto/sealed.ts'
import { loneValue } from '../oauth/parameters.ts'
import type { RawParameters } from '../oauth/types.ts'
import type { LoginAsked } from '../openid/login-age.ts'

const kind = 'login_asked'
export const loginAskedParameter = kind

const keyOf = async (keys: KeyRing): Promise<Buffer> => (await keys.current()).derive(kind)

/** What this request brings along of an earlier round; undefined for anything that we did not write. */
export const openLoginAsked = async (keys: KeyRing, raw: RawParameters): Promise<LoginAsked | undefined> => {
  const text = loneValue(raw, kind)
  return text === undefined ? undefined : open<LoginAsked>(text, await keyOf(keys), kind)
}

/** The query with the new memory in the place of an older one. */
export const withLoginAsked = async (keys: KeyRing, query: string, asked: LoginAsked): Promise<string> => {
  const others = query.split('&').filter((pair) => pair !== '' && !pair.startsWith(`${kind}=`))
  return [...others, `${kind}=${await seal(asked, await keyOf(keys), kind)}`].join('&')
}
