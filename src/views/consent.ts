// Values of the consent page: what a client registered, made fit to be shown.
import type { Client } from '../oauth/types.ts'
import type { Settings } from '../settings.ts'
import type { Language, StudipUser } from '../studip/verdict.ts'
import { accessValues, type AccessModel } from './access.ts'
import { oddLettersOf } from '../oauth/odd-letters.ts'
import { redirectTarget, webAddress } from './addresses.ts'

export interface ConsentModel extends AccessModel {
  readonly client: Pick<Client, 'id' | 'name' | 'owner' | 'homepage'>
  /** Where the answer will go, byte for byte. */
  readonly redirectUri: string
  readonly user: StudipUser
  /** The sealed request (D7). */
  readonly authToken: string
  /** CSRF token of this form. */
  readonly securityToken: string
}

type Deps = { readonly settings: Pick<Settings, 'baseUrl' | 'studipVersion'> }

/** The variables of templates/consent.ejs. */
export const consentValues = ({ settings }: Deps, model: ConsentModel, language: Language) => {
  return {
    ...model,
    access: accessValues(model, { language, perms: model.user.perms }),
    oddLetters: oddLettersOf(model.client),
    homepageHost: webAddress(model.client.homepage)?.host,
    target: redirectTarget(model.redirectUri, settings.baseUrl),
    // 6.x logs out by POST only, 5.x by a link (contract §11.1).
    logoutByPost: settings.studipVersion.major >= 6,
  }
}
