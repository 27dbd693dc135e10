// The load generator: one process, raw keep-alive sockets, so that it takes as little as possible of the processors it measures.
// Reads one LoadPlan as JSON from stdin, prints one LoadResult.
import { setTimeout as sleep } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { connection } from './connection.ts'
import { signIn } from './sign-in-flow.ts'
import type { SignInRequests } from './sign-in-flow.ts'
import { percentileSteps, percentiles } from './statistics.ts'
import type { Percentiles } from './statistics.ts'

/** What to send. Each of `connections` sends its next request when the last one is answered. */
export interface LoadPlan {
  readonly port: number
  readonly connections: number
  /** Unmeasured time before `seconds`. */
  readonly warmUpSeconds?: number
  readonly seconds: number
  /** How long each connection rests after an answer. */
  readonly pauseMilliseconds?: number
  /** `requests` is used up once, `repeat` is sent over and over in turn; `chain` posts the refresh tokens in turn and puts in their place what it gets. */
  readonly kind: 'chain' | 'requests' | 'repeat'
  /** Whole HTTP/1.1 requests; for `chain` one form without its refresh token. */
  readonly requests: readonly string[]
  readonly tokens?: readonly string[]
  /** Each of `requests` begins a sign-in, which is one answer when all of it is done. */
  readonly signIn?: SignInRequests
}

export interface LoadResult {
  /** Good answers within the measured time, and with those of the warm-up. */
  readonly answers: number
  readonly allAnswers: number
  readonly errors: number
  readonly firstError?: string
  readonly seconds: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly latency: Percentiles
  /** [percentile, milliseconds] */
  readonly curve: readonly [number, number][]
  /** Milliseconds of CPU that the generator itself took, of the measured time. */
  readonly cpu: number
  /** Those that are live now. */
  readonly tokens: readonly string[]
}

/** A form post as bytes on the wire. */
export const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}): string => {
  const body = new URLSearchParams(form).toString()
  const lines = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${lines}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

/** First in, first out. As long as it is now, it costs the same however long that is: shift() would copy a long one. */
const queueOf = (tokens: readonly string[]) => {
  const slots = [...tokens]
  let [first, count] = [0, slots.length]
  return {
    take: (): string | undefined => {
      if (count === 0) return undefined
      const token = slots[first]
      first = (first + 1) % slots.length
      count--
      return token
    },
    put: (token: string) => {
      slots[(first + count++) % slots.length] = token
    },
    all: (): string[] => Array.from({ length: count }, (_, index) => slots[(first + index) % slots.length] ?? ''),
  }
}

/** The plan's requests, one after the other, for all connections. */
const requestsOf = ({ kind, requests }: LoadPlan, tokens: ReturnType<typeof queueOf>) => {
  const [before = '', form = ''] = (requests[0] ?? '').split('\r\n\r\n')
  let sent = 0
  return {
    next: (): string | undefined => {
      if (kind === 'repeat') return requests[sent++ % requests.length]
      if (kind === 'requests') return requests[sent++]
      const token = tokens.take()
      if (token === undefined) return undefined
      const body = `${form}&refresh_token=${token}`
      return `${before.replace(/Content-Length: \d+/, `Content-Length: ${body.length}`)}\r\n\r\n${body}`
    },
    answered: (status: number, body: string): boolean => {
      if (kind !== 'chain') return status === 200 || status === 204
      const from = body.indexOf('"refresh_token":"') + 17
      if (status === 200 && from > 16) tokens.put(body.slice(from, body.indexOf('"', from)))
      return status === 200 && from > 16
    },
  }
}

const curveShares = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999]

/** Runs a plan in this process. */
export const load = async (plan: LoadPlan): Promise<LoadResult> => {
  const tokens = queueOf(plan.tokens ?? [])
  const requests = requestsOf(plan, tokens)
  const times: number[] = []
  let errors = 0
  let allAnswers = 0
  let firstError: string | undefined
  const begin = performance.now() + (plan.warmUpSeconds ?? 0) * 1000
  const end = begin + plan.seconds * 1000
  let cpuAtBegin = process.cpuUsage()
  const mark = setTimeout(
    () => {
      cpuAtBegin = process.cpuUsage()
    },
    Math.max(0, begin - performance.now()),
  )
  let last = begin
  const drive = async () => {
    const http = connection(plan.port)
    while (performance.now() < end) {
      const request = requests.next()
      if (request === undefined) break
      const sent = performance.now()
      const answer = await (plan.signIn ? signIn(http, request, plan.signIn) : http.send(request))
      const now = performance.now()
      const good = requests.answered(answer.status, answer.body)
      if (good) allAnswers++
      else {
        errors++
        firstError ??= `${answer.status} ${answer.body.slice(0, 300)}`
      }
      if (good && sent >= begin && now <= end) {
        times.push(now - sent)
        last = now
      }
      if (!good && plan.kind === 'chain') break
      if (plan.pauseMilliseconds) await sleep(plan.pauseMilliseconds)
    }
    http.close()
  }
  await Promise.all(Array.from({ length: plan.connections }, drive))
  clearTimeout(mark)
  const cpu = process.cpuUsage(cpuAtBegin)
  const seconds = (plan.kind === 'requests' ? Math.max(last - begin, 1) : plan.seconds * 1000) / 1000
  return {
    answers: times.length,
    allAnswers,
    errors,
    ...(firstError && { firstError }),
    seconds,
    perSecond: times.length / seconds,
    latency: percentiles(times),
    curve: percentileSteps(times, curveShares),
    cpu: (cpu.user + cpu.system) / 1000,
    tokens: tokens.all(),
  }
}

if (process.argv[1] === import.meta.filename) {
  const plan = JSON.parse(await text(process.stdin)) as LoadPlan
  process.stdout.write(JSON.stringify(await load(plan)))
}
