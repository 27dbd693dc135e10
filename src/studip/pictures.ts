// The picture that a user set, as far as Stud.IP's folder of pictures can be read (contract §7).
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'
import { isUserId } from './session.ts'

export type PictureSize = 'small' | 'medium'

export type Picture =
  /** Paths below BASE, with the time of the last change, as Stud.IP has them. */
  | { readonly kind: 'set'; readonly paths: Readonly<Record<PictureSize, string>> }
  | { readonly kind: 'none' }
  /** A file that no browser shows, or a folder that we may not read. */
  | { readonly kind: 'odd'; readonly problem: string }

type Where = Pick<Settings, 'studipPath' | 'studipVersion'>

/** Where the picture of this size is, below Stud.IP's folder of pictures; the medium size says that there is one. */
const fileOf = (userId: string, size: PictureSize, { studipVersion: { major, minor } }: Where): string =>
  major > 5 || minor >= 5 ? `user/${userId.slice(0, 2)}/${userId}_${size}.webp` : `user/${userId}_${size}.png`

const isPicture = (head: Buffer): boolean =>
  head.subarray(0, 4).toString('latin1') === '\x89PNG' ||
  (head.subarray(0, 4).toString('latin1') === 'RIFF' && head.subarray(8, 12).toString('latin1') === 'WEBP')

const notThere = new Set(['ENOENT', 'ENOTDIR'])

/** Reads twelve bytes of one file. Never rejects. */
export const pictureOf = async (userId: string, where: Where): Promise<Picture> => {
  if (where.studipPath === undefined || !isUserId(userId)) return { kind: 'none' }
  const file = join(where.studipPath, 'public/pictures', fileOf(userId, 'medium', where))
  try {
    const handle = await open(file, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0)
      if (!isPicture(buffer.subarray(0, bytesRead))) return { kind: 'odd', problem: 'a picture that is none' }
      const { mtimeMs } = await handle.stat()
      const path = (size: PictureSize) => `pictures/${fileOf(userId, size, where)}?d=${Math.floor(mtimeMs / 1000)}`
      return { kind: 'set', paths: { small: path('small'), medium: path('medium') } }
    } finally {
      await handle.close()
    }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return notThere.has(code) ? { kind: 'none' } : { kind: 'odd', problem: `cannot be read (${code})` }
  }
}
