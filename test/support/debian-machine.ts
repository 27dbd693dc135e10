// A fresh Debian machine inside this one: made by debootstrap, with systemd as its first process. It has files, processes and
// services of its own; only the network is this machine's. Needs root, debootstrap and Debian's mirror, which apt knows.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startProcess, type RunningProcess } from './child-process.ts'

const execute = promisify(execFile)
const run = (command: string, args: readonly string[]) => execute(command, args, { maxBuffer: 64e6 })
const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' }

/** Debian's release with the oldest Node that is supported. */
const release = 'trixie'

export interface DebianMachine {
  /** Its files, as this machine sees them. */
  readonly root: string
  /** What root does in a shell there, before and after the boot. Rejects with what it wrote when it fails. */
  readonly shell: (script: string) => Promise<string>
  readonly boot: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Where apt gets Debian from here; undefined where it gets something else. */
const mirror = async (): Promise<string | undefined> => {
  const wanted = ['Created-By: Packages', 'Origin: Debian', 'Label: Debian']
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)', ...wanted]).catch(() => ({
    stdout: '',
  }))
  return stdout.split('\n')[0] || undefined
}

/** Lines of apt's configuration that say how it gets through: proxies and certificates. */
const aptWays = async (): Promise<string> => {
  const { stdout } = await run('apt-config', ['dump'])
  return stdout
    .split('\n')
    .filter((line) => /^Acquire::https?::.* "[^"]+";$/.test(line))
    .join('\n')
}

/** The machine's own mounts, then systemd. $1 is its root. */
const firstProcess = `
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for node in null zero full random urandom tty; do cp -a /dev/$node dev/; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
exec env -i container=test PATH="$PATH" chroot . /usr/lib/systemd/systemd --unit=multi-user.target
`

/** Why there can be none; undefined when there can. */
export const whyNoDebianMachine = async (): Promise<string | undefined> => {
  if (process.getuid?.() !== 0) return 'only root can make one'
  for (const command of ['debootstrap', 'unshare', 'nsenter'])
    if (!(await run('which', [command]).catch(() => undefined))) return `${command} is not there`
  if (!(await run('unshare', ['-mpfiuC', 'mount', '--make-rprivate', '/']).catch(() => undefined)))
    return 'namespaces cannot be had'
  return (await mirror()) ? undefined : "apt gets no Debian here, or 'apt-get update' was never run"
}

/** Makes it in the empty folder `root`; takes half a minute. */
export const createDebianMachine = async (root: string): Promise<DebianMachine> => {
  await execute('debootstrap', ['--variant=minbase', '--include=ca-certificates', release, root, (await mirror())!], {
    env: { ...process.env, ...env },
    maxBuffer: 64e6,
  })
  for (const file of ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt'])
    await copyFile(file, join(root, file)).catch(() => undefined)
  await mkdir(join(root, 'etc/apt/apt.conf.d'), { recursive: true })
  await writeFile(join(root, 'etc/apt/apt.conf.d/90here'), await aptWays())
  let unshare: RunningProcess | undefined
  let first: string | undefined
  const shell = async (script: string): Promise<string> => {
    const [command, ...args] = first
      ? ['nsenter', '-t', first, '-m', '-u', '-i', '-p', '-C', '-r', '-w']
      : ['chroot', root]
    const { stdout } = await execute(command!, [...args, 'bash', '-euo', 'pipefail', '-c', script], {
      env,
      maxBuffer: 64e6,
    }).catch((error: { stdout?: string; stderr?: string; message: string }) => {
      throw new Error([`${script} failed:`, error.stdout, error.stderr || error.message].join('\n'))
    })
    return stdout
  }
  return {
    root,
    shell,
    boot: async () => {
      unshare = await startProcess({
        command: 'unshare',
        // Its end is the end of everything in the machine.
        args: ['-mpfiuC', '--kill-child', 'bash', '-c', firstProcess, 'bash', root],
        env,
      })
      const { pid } = unshare
      const child = async () => (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim()
      const isSystemd = async () => {
        const name = await readFile(`/proc/${await child()}/comm`, 'utf8').catch(() => '')
        return name.trim() === 'systemd'
      }
      while (!(await isSystemd())) {
        if (unshare.exited()) throw new Error(`it did not boot:\n${unshare.log()}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      first = await child()
      // "degraded" is right: no kernel modules can be loaded here.
      await shell(
        `until [[ -S /run/systemd/private ]]; do sleep 0.1; done; systemctl is-system-running --wait || [[ $(systemctl is-system-running) == degraded ]]`,
      )
    },
    stop: async () => unshare?.stop('SIGKILL'),
  }
}
