// `--node PATH`: the whole bench with another Node than the one it was started with, service, peers and load generator included.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { temporaryDirectory } from '../support/child-process.ts'

/** Runs the bench with this binary as the only `node` that its children find. @returns its exit code */
export const runWith = async (binary: string, args: readonly string[]): Promise<number> => {
  const { path, remove } = await temporaryDirectory('bench-node')
  const node = join(path, 'node')
  await symlink(resolve(binary), node)
  const child = spawn(node, ['--import', 'tsx', join(import.meta.dirname, 'bench.ts'), ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${path}:${process.env['PATH']}` },
  })
  const [code] = (await once(child, 'close')) as [number | null]
  remove()
  return code ?? 1
}
