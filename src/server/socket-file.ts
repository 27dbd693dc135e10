// A unix socket that an earlier run left behind stands in the way of the next one.
import { lstat, unlink } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Listen } from '../settings.ts'

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
      .once('error', () => resolve(false))
      .once('connect', () => {
        socket.destroy()
        resolve(true)
      })
  })

/** Removes the socket unless somebody listens there, and lets only owner and group connect to the next one. */
export const prepareSocketFile = async (listen: Listen): Promise<void> => {
  if (!('path' in listen)) return
  process.umask(0o117)
  const found = await lstat(listen.path).catch(() => undefined)
  if (found?.isSocket() && !(await isAnswered(listen.path))) await unlink(listen.path)
}
