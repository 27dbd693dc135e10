// Prometheus metrics of one process: what happened, how long answers took, how full the pools are.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AuditEvent } from './oauth/ports.ts'
import { version } from './version.ts'

export interface AnsweredRequest {
  /** The route's pattern, never the path as sent: it becomes a label. */
  readonly route: string
  readonly method: string
  readonly status: number
  readonly seconds: number
}

export interface Metrics {
  readonly registry: Registry
  /** Counts an audit event. */
  readonly audit: (event: AuditEvent) => void
  /** Counts a request whose client left. */
  readonly abandoned: () => void
  /** Counts a browser that is sent to Stud.IP's login and back; the reason is one of the gate's. */
  readonly bounced: (reason: string) => void
  readonly answered: (request: AnsweredRequest) => void
  /** A gauge that is read when it is scraped, such as the length of a queue. `name` without prefix. */
  readonly watch: (name: string, help: string, read: () => number) => void
}

const prefix = 'studip_oauth2_'

type Label = Readonly<Record<string, string>>
/** Which counter an event moves. Several events share one, told apart by a label. */
const counted: Readonly<Record<AuditEvent['event'], readonly [counter: CounterName, label: Label]>> = {
  'consent.approved': ['consents', { answer: 'approved' }],
  'consent.denied': ['consents', { answer: 'denied' }],
  'consent.passed': ['consents', { answer: 'passed' }],
  'code.redeemed': ['issued', { grant_type: 'authorization_code' }],
  'token.refreshed': ['issued', { grant_type: 'refresh_token' }],
  'token.refreshed-in-grace': ['issued', { grant_type: 'refresh_token_in_grace' }],
  'device.redeemed': ['issued', { grant_type: 'device_code' }],
  'device.requested': ['devices', { step: 'requested' }],
  'device.approved': ['devices', { step: 'approved' }],
  'device.denied': ['devices', { step: 'denied' }],
  'device.code-unknown': ['devices', { step: 'code-unknown' }],
  'code.taken-back': ['takenBack', { kind: 'authorization_code' }],
  'token.taken-back': ['takenBack', { kind: 'refresh_token' }],
  'code.replayed': ['replays', { kind: 'authorization_code' }],
  'token.replayed': ['replays', { kind: 'refresh_token' }],
  'token.revoked': ['revocations', { kind: 'token' }],
  'grant.revoked': ['revocations', { kind: 'grant' }],
  'client.added': ['clientChanges', { change: 'added' }],
  'client.deleted': ['clientChanges', { change: 'deleted' }],
  'client.suspended': ['clientChanges', { change: 'suspended' }],
  'client.resumed': ['clientChanges', { change: 'resumed' }],
  'client.secret-renewed': ['clientChanges', { change: 'secret-renewed' }],
  'client.requested': ['clientChanges', { change: 'requested' }],
  'client.approved': ['clientChanges', { change: 'approved' }],
  'client.rejected': ['clientChanges', { change: 'rejected' }],
  'client.withdrawn': ['clientChanges', { change: 'withdrawn' }],
  'request.refused': ['refusals', {}],
  'request.throttled': ['throttled', {}],
}

const counters = (registry: Registry) => {
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `${prefix}${name}_total`, help, labelNames, registers: [registry] })
  return {
    consents: counter('consents', 'Answers of users on the consent page', ['answer']),
    devices: counter('devices', 'Requests of devices, the answers of users, and user codes that wait nowhere', [
      'step',
    ]),
    issued: counter('tokens_issued', 'Token pairs issued', ['grant_type']),
    replays: counter('replays', 'Second uses of a code or a rotated refresh token, each revokes its grant', ['kind']),
    takenBack: counter('taken_back', 'Redemptions and rotations undone because nobody received the tokens', ['kind']),
    abandoned: counter('requests_abandoned', 'Requests whose client left before the answer'),
    revocations: counter('revocations', 'Tokens and grants revoked on request', ['kind']),
    clientChanges: counter('client_changes', 'Changes of registered clients', ['change']),
    refusals: counter('refusals', 'Requests refused, by reason and endpoint', ['reason', 'endpoint']),
    throttled: counter('throttled', 'Requests refused because there were too many failures before', ['endpoint']),
    bounces: counter('bounces', 'Browsers sent to Stud.IP to log in, or for what a login lacks', ['reason']),
  }
}
type CounterName = keyof ReturnType<typeof counters>

/** Text becomes a label only when it is a word of ours: labels from requests would grow without bound. */
const word = (text: string | undefined): string => (text && /^[.a-z][a-z0-9_./:-]{0,59}$/.test(text) ? text : 'other')

const usualMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** The metrics of this process, in a registry of their own. */
export const createMetrics = (): Metrics => {
  const registry = new Registry()
  const of = counters(registry)
  const seconds = new Histogram({
    name: `${prefix}request_seconds`,
    help: 'Time from the arrival of a request to the end of its answer',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    registers: [registry],
  })
  collectDefaultMetrics({ register: registry, prefix })
  new Gauge({
    name: `${prefix}build_info`,
    help: 'Always 1; its labels tell what runs',
    labelNames: ['version', 'node'],
    registers: [registry],
    aggregator: 'first', // of the workers, which are all alike
  }).set({ version, node: process.versions.node }, 1)
  return {
    registry,
    audit: ({ event, reason, endpoint }) => {
      const [name, label] = counted[event]
      if (name === 'refusals') of.refusals.inc({ reason: word(reason), endpoint: word(endpoint) })
      else if (name === 'throttled') of.throttled.inc({ endpoint: word(endpoint) })
      else of[name].inc(label)
    },
    abandoned: () => of.abandoned.inc(),
    bounced: (reason) => of.bounces.inc({ reason: word(reason) }),
    answered: ({ route, method, status, seconds: taken }) =>
      seconds.observe({ route, method: usualMethods.has(method) ? method : 'other', status: String(status) }, taken),
    watch: (name, help, read) =>
      void new Gauge({
        name: `${prefix}${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(read())
        },
      }),
  }
}
