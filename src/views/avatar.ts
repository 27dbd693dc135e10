// The picture of whoever is logged in, as Stud.IP's header shows it (contract §7).
import { basePath, type Settings } from '../settings.ts'
import type { Picture, PictureSize } from '../studip/pictures.ts'
import type { StudipUser } from '../studip/verdict.ts'
import { since } from './navigation/entry.ts'

export interface Avatar {
  readonly src: string
  /** Stud.IP's classes; `recolor` is for pictures that nobody set. */
  readonly className: string
}

type Where = Pick<Settings, 'baseUrl' | 'assetsUrl' | 'studipVersion'>

/** The same picture in the sizes that our pages show. */
export type Avatars = Readonly<Record<PictureSize, Avatar>>

const standard = ({ assetsUrl, studipVersion: version, ...settings }: Where, size: PictureSize): string =>
  since({ version }, 5, 5)
    ? `${assetsUrl}images/avatars/user/nobody_${size}.webp`
    : `${basePath(settings)}pictures/user/nobody_${size}.png`

export const avatars = (user: StudipUser, picture: Picture | undefined, settings: Where): Avatars => {
  const isSet = picture?.kind === 'set'
  const avatar = (size: PictureSize): Avatar => ({
    src: isSet ? basePath(settings) + picture.paths[size] : standard(settings, size),
    className: `avatar-${size} user-${user.username}${isSet ? '' : ' recolor'}`,
  })
  return { small: avatar('small'), medium: avatar('medium') }
}
