// Releases for tests: one that is built, and a next version made of it, which takes no second build.
import { execFile } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = path.join(import.meta.dirname, '../..')

/** Whoever comes first builds, the others wait for it. */
const onlyOnce = 'test -e "$1/made" || { bin/release --version 9.9.0 --output "$1/release" && touch "$1/made"; }'

/**
 * Version 9.9.0 in that folder, built once a run where RELEASE_BUILD names a folder for that (bin/test does).
 * @returns the .deb, which is there only where dpkg-deb is
 */
export const buildRelease = async (folder: string): Promise<string> => {
  const { RELEASE_BUILD: shared } = process.env
  const [command, ...args] = shared
    ? ['flock', shared, 'bash', '-c', onlyOnce, 'bash', shared]
    : ['bin/release', '--version', '9.9.0', '--output', folder]
  await run(command!, args, { cwd: root, maxBuffer: 1e7 })
  if (shared) await cp(path.join(shared, 'release'), folder, { recursive: true })
  return path.join(folder, 'studip-oauth2_9.9.0_all.deb')
}

/** The same package under another version. */
export const asVersion = async (deb: string, version: string, folder: string): Promise<string> => {
  const [tree, made] = [path.join(folder, 'tree'), path.join(folder, `studip-oauth2_${version}_all.deb`)]
  await run('dpkg-deb', ['-R', deb, tree])
  const lib = path.join(tree, 'usr/lib/studip-oauth2')
  await run('mv', [path.join(lib, '9.9.0'), path.join(lib, version)])
  await run('ln', ['-sfn', version, path.join(lib, 'current')])
  const control = path.join(tree, 'DEBIAN/control')
  await writeFile(control, (await readFile(control, 'utf8')).replace('Version: 9.9.0', `Version: ${version}`))
  const manifest = path.join(lib, version, 'package.json')
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"9.9.0"', `"${version}"`))
  await run('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, made])
  return made
}
