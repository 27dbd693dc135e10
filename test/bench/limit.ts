// The physical limit of a token answer: RSA signatures a second, all processors, nothing else running.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cores } from './machine.ts'

/** Signatures a second of `openssl speed` with all processors. */
export const signaturesPerSecond = async (bits: 2048 | 4096, seconds: number): Promise<number> => {
  const { stdout } = await promisify(execFile)('openssl', ['speed', '-seconds', `${seconds}`, '-multi', `${cores}`, `rsa${bits}`])
  const line = stdout.split('\n').find((text) => text.startsWith(`rsa ${bits} bits`) || text.trimStart().startsWith(`rsa  ${bits} bits`))
  const figures = (line ?? '').trim().split(/\s+/).map(Number).filter((value) => !Number.isNaN(value))
  const perSecond = figures[figures.length - 2]
  if (perSecond === undefined) throw new Error(`openssl speed said something else:\n${stdout}`)
  return perSecond
}
