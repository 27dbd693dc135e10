// The picture of whoever is logged in, as Stud.IP's header shows it (contract §7).
import { basePath, type Settings } from '../settings.ts'
import type { Picture } from '../studip/pictures.ts'
import type { StudipUser } from '../studip/verdict.ts'
import { since } from './navigation/entry.ts'

export interface Avatar {
  readonly src: string
  /** Stud.IP's classes; `recolor` is for pictures that nobody set. */
  readonly className: string
}

type Where = Pick<Settings, 'baseUrl' | 'assetsUrl' | 'studipVersion'>

const standard = ({ assetsUrl, studipVersion: version, ...settings }: Where): string =>
  since({ version }, 5, 5)
    ? `${assetsUrl}images/avatars/user/nobody_medium.webp`
    : `${basePath(settings)}pictures/user/nobody_medium.png`

export const avatar = (user: StudipUser, picture: Picture | undefined, settings: Where): Avatar => {
  const isSet = picture?.kind === 'set'
  return {
    src: isSet ? basePath(settings) + picture.path : standard(settings),
    className: `avatar-medium user-${user.username}${isSet ? '' : ' recolor'}`,
  }
}
