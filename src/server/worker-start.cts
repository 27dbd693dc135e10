// What the primary process forks. CommonJS, because loading a module of the other kind starts the thread pool, which is to be met unused.
import type { Settings } from '../settings.ts' with { 'resolution-mode': 'import' }
import type { HandOver } from './messages.ts' with { 'resolution-mode': 'import' }

const { randomBytes } = process.getBuiltinModule('node:crypto')
const { readdirSync } = process.getBuiltinModule('node:fs')
const { getPriority, setPriority } = process.getBuiltinModule('node:os')
const { worker } = process.getBuiltinModule('node:cluster') as unknown as { readonly worker?: NodeJS.EventEmitter }

/** Steps of Linux' niceness that the pool, which signs, stands behind the event loop: a page asks for little, but at once. */
const stepsBehind = 10

const threads = (): readonly number[] => readdirSync('/proc/self/task').map(Number)

// Linux takes the number of a thread where others take that of a process.
const standBack = (): void => {
  const before = new Set(threads())
  // The first work for the pool starts all its threads.
  randomBytes(1, () => undefined)
  for (const thread of threads()) if (!before.has(thread)) setPriority(thread, getPriority() + stepsBehind)
}

// A primary that has left hears nothing, and that is no fault of the worker (R16); node ends it when the channel closes. Here,
// because node itself writes to the channel before anything else runs.
worker?.on('error', (error: NodeJS.ErrnoException) => {
  if (!['EPIPE', 'ECONNRESET', 'ERR_IPC_CHANNEL_CLOSED'].includes(error.code ?? '')) throw error
})

try {
  standBack()
} catch {
  // Another system, or no /proc: everything has the same priority.
}

// Listened for here, before anything can have come: node passes on what nobody listens for.
const handedOver = process.argv.includes('--wait-for-settings')
  ? new Promise<Settings>((resolve) => {
      const onMessage = (message: unknown) => {
        const { kind, settings } = Object(message) as Partial<HandOver>
        if (kind !== 'settings' || !settings) return
        process.off('message', onMessage)
        resolve(settings)
      }
      process.on('message', onMessage)
    })
  : undefined
void import('./worker-process.js').then(({ runWorkerProcess }) => runWorkerProcess(handedOver))
