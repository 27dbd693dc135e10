// Which plugin of single sign-on the way to Stud.IP's login names (contract §4.3 step 3).
import type { Settings } from '../settings.ts'
import type { StudipConfig } from './config.ts'

/** Undefined without one. 6.x offers plugins on its login page; there `sso` would log in at the trampoline and lose the way. */
export const ssoPlugin = async (
  config: StudipConfig,
  { studipVersion }: Pick<Settings, 'studipVersion'>,
): Promise<string | undefined> => {
  if (studipVersion.major >= 6) return undefined
  const plugin = (await config.global('API_OAUTH_AUTH_PLUGIN')).toLowerCase()
  return plugin === '' || plugin === 'standard' ? undefined : plugin
}
