// Files that appear whole, with their final mode, or not at all.
import { randomBytes } from 'node:crypto'
import { access, link, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { KeyFileError } from './key-fault.ts'
import type { KeyFault } from './key-fault.ts'

/** Some of the files are there already and nothing was written. */
export class KeyFilesExistError extends Error {
  override readonly name = 'KeyFilesExistError'
  readonly paths: readonly string[]

  constructor(paths: readonly string[]) {
    super(`These key files exist already: ${paths.join(', ')}`)
    this.paths = paths
  }
}

interface NamedText {
  readonly name: string
  readonly text: string
}

/**
 * Writes all files of a folder or none; answers their paths. Whoever opens one of them sees the whole old or the whole new text, never a wider mode.
 * Throws KeyFilesExistError without `overwrite`, KeyFileError when the folder cannot be written.
 */
export const writeFilesTogether = async (
  dir: string,
  files: readonly NamedText[],
  { mode, overwrite }: { mode: number; overwrite: boolean },
): Promise<string[]> => {
  const paths = files.map(({ name }) => join(dir, name))
  if (!overwrite) await refuseExisting(paths)
  const drafts = files.map(({ name }) => join(dir, `.${name}.${randomBytes(8).toString('hex')}`))
  try {
    for (const [i, { text }] of files.entries()) await writeDraft(drafts[i]!, text, mode, dir)
    await (overwrite ? replaceAll(drafts, paths) : linkAll(drafts, paths))
    await sync(dir)
    return paths
  } catch (cause) {
    throw cause instanceof KeyFilesExistError ? cause : folderFault(dir, cause as NodeJS.ErrnoException)
  } finally {
    await Promise.all(drafts.map((draft) => rm(draft, { force: true }).catch(() => undefined)))
  }
}

/** Throws KeyFilesExistError when there is a file at any of these paths. */
export const refuseExisting = async (paths: readonly string[]) => {
  const present = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  )
  if (present.includes(true)) throw new KeyFilesExistError(paths.filter((_, i) => present[i]))
}

const writeDraft = async (path: string, text: string, mode: number, dir: string) => {
  const file = await open(path, 'wx', 0o600)
  try {
    // Made by root for the web server: the folder's group is the one that must read it.
    if (process.getuid?.() === 0) await file.chown(0, (await stat(dir)).gid)
    await file.writeFile(text)
    await file.chmod(mode)
    await file.sync()
  } finally {
    await file.close()
  }
}

const replaceAll = async (drafts: readonly string[], paths: readonly string[]) => {
  for (const [i, draft] of drafts.entries()) await rename(draft, paths[i]!)
}

// link() refuses what has appeared meanwhile, which rename() would overwrite.
const linkAll = async (drafts: readonly string[], paths: readonly string[]) => {
  const linked: string[] = []
  try {
    for (const [i, draft] of drafts.entries()) {
      await link(draft, paths[i]!)
      linked.push(paths[i]!)
    }
  } catch (cause) {
    await Promise.all(linked.map((path) => rm(path)))
    throw (cause as NodeJS.ErrnoException).code === 'EEXIST'
      ? new KeyFilesExistError(paths.slice(linked.length, linked.length + 1))
      : cause
  }
}

// The names are in the folder: without this they may be gone after a power failure.
const sync = async (dir: string) => {
  const folder = await open(dir, 'r')
  await folder.sync().finally(() => folder.close())
}

const folderFault = (path: string, cause: NodeJS.ErrnoException): KeyFileError => {
  const code = cause.code ?? 'unknown error'
  return new KeyFileError(folderFaults[code] ?? 'folder-unwritable', { path, code }, { cause })
}
const folderFaults: Readonly<Record<string, KeyFault>> = {
  ENOENT: 'folder-missing',
  ENOTDIR: 'folder-missing',
  EACCES: 'folder-forbidden',
  EPERM: 'folder-forbidden',
  EROFS: 'folder-read-only',
  ENOSPC: 'folder-full',
  EDQUOT: 'folder-full',
}
