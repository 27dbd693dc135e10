// Values of the consent page: what a client registered, made fit to be shown.
import type { Client } from '../oauth/types.ts'
import type { Settings } from '../settings.ts'
import type { StudipUser } from '../studip/verdict.ts'
import { redirectTarget, webAddress } from './addresses.ts'
import { scopeLines } from './scopes.ts'

export interface ConsentModel {
  readonly client: Pick<Client, 'id' | 'name' | 'owner' | 'homepage'>
  /** Where the answer will go, byte for byte. */
  readonly redirectUri: string
  /** Names of the scopes that the client asks for. */
  readonly scopes: readonly string[]
  readonly user: StudipUser
  /** The sealed request (D7). */
  readonly authToken: string
  /** CSRF token of this form. */
  readonly securityToken: string
}

type Deps = { readonly settings: Pick<Settings, 'baseUrl' | 'studipVersion' | 'assetsUrl'> }

const avatarFile = (major: number, minor: number): string =>
  major > 5 || minor >= 5 ? 'images/avatars/user/nobody_small.webp' : 'images/icons/blue/person.svg'

/** The variables of templates/consent.ejs. */
export const consentValues = ({ settings }: Deps, model: ConsentModel) => {
  const { major, minor } = settings.studipVersion
  return {
    ...model,
    scopes: scopeLines(model.scopes),
    homepageHost: webAddress(model.client.homepage)?.host,
    target: redirectTarget(model.redirectUri, settings.baseUrl),
    avatar: settings.assetsUrl + avatarFile(major, minor),
    // 6.x logs out by POST only, 5.x by a link (contract §11.1).
    logoutByPost: major >= 6,
  }
}
