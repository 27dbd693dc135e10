// The physical limit of a token answer: RSA signatures a second, all processors, nothing else running; and one derivation of a key.
import { execFile } from 'node:child_process'
import { generateKeyPairSync, pbkdf2, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { cores } from './machine.ts'
import { median } from './statistics.ts'

/** Signatures a second of `openssl speed` with all processors. */
export const signaturesPerSecond = async (bits: 2048 | 4096, seconds: number): Promise<number> => {
  const { stdout } = await promisify(execFile)('openssl', [
    'speed',
    '-seconds',
    `${seconds}`,
    '-multi',
    `${cores}`,
    `rsa${bits}`,
  ])
  const line = stdout
    .split('\n')
    .find((text) => text.startsWith(`rsa ${bits} bits`) || text.trimStart().startsWith(`rsa  ${bits} bits`))
  const figures = (line ?? '')
    .trim()
    .split(/\s+/)
    .map(Number)
    .filter((value) => !Number.isNaN(value))
  const perSecond = figures[figures.length - 2]
  if (perSecond === undefined) throw new Error(`openssl speed said something else:\n${stdout}`)
  return perSecond
}

const signing = `const { parentPort, workerData: { key, seconds } } = require('node:worker_threads')
const { createPrivateKey, sign } = require('node:crypto')
const privateKey = createPrivateKey(key)
const payload = Buffer.alloc(400)
let signatures = 0
const end = performance.now() + seconds * 1000
while (performance.now() < end) { sign('sha256', payload, privateKey); signatures += 1 }
parentPort.postMessage(signatures / seconds)`

/** Signatures a second of the OpenSSL in Node, which may be faster than the one of `openssl speed`; all processors. */
export const signaturesOfNode = async (bits: 2048 | 4096, seconds: number): Promise<number> => {
  const key = generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  const perSecond = await Promise.all(
    Array.from({ length: cores }, async () => {
      const [rate] = (await once(new Worker(signing, { eval: true, workerData: { key, seconds } }), 'message')) as [
        number,
      ]
      return rate
    }),
  )
  return perSecond.reduce((sum, rate) => sum + rate, 0)
}

/** Milliseconds that the OpenSSL in Node takes for what opens one token of PHP (contract §9.3): the median of `count`, one at a time. */
export const derivationsOfNode = async (count: number): Promise<number> => {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const begin = performance.now()
    await promisify(pbkdf2)(randomBytes(32), randomBytes(32), 100_000, 32, 'sha256')
    times.push(performance.now() - begin)
  }
  return median(times)
}
