// Who waits for expensive work, and in which order: first those without failures, in turn by place and network, then the others (S-116).
// Nobody waits so long that nginx would take the whole instance for one that is away.
import { bounds } from '../bounds.ts'
import { slowDown, temporarilyUnavailable } from '../oauth/errors.ts'
import { siteOf } from '../oauth/network.ts'
import type { Asker } from '../oauth/ports.ts'
import { alwaysThere, RecipientLeft } from '../oauth/recipient.ts'

export interface FairQueue {
  /** Does the work once for all who ask for the same id meanwhile. @throws OAuthError temporarily_unavailable or slow_down without a place, RecipientLeft */
  readonly run: <T>(id: string, asker: Asker, work: () => Promise<T>) => Promise<T>
  readonly waiting: () => number
}

interface Entry {
  readonly id: string
  readonly network: string
  readonly askers: Asker[]
  readonly start: () => Promise<unknown>
  readonly reject: (error: unknown) => void
}

/** For work that no request asks for. */
export const nobody: Asker = { network: '', isSuspect: () => false, recipient: alwaysThere }

/** Entries by network, those of one place together: places take turns, and the networks of each. */
const createLine = () => {
  const places = new Map<string, Map<string, Entry[]>>()
  let length = 0
  const of = (network: string): readonly Entry[] => places.get(siteOf(network))?.get(network) ?? []
  /** How many wait of the whole place of this network. */
  const around = (network: string): number => sizeOf(places.get(siteOf(network)) ?? noEntries)
  const push = (entry: Entry): void => {
    length += 1
    const site = siteOf(entry.network)
    const networks = places.get(site) ?? new Map<string, Entry[]>()
    places.set(site, networks)
    const own = networks.get(entry.network)
    if (own) own.push(entry)
    else networks.set(entry.network, [entry])
  }
  const take = (network: string, at: number): Entry | undefined => {
    const site = siteOf(network)
    const networks = places.get(site) ?? new Map<string, Entry[]>()
    const own = networks.get(network) ?? []
    const [entry] = own.splice(at, 1)
    // At the end: the others come first.
    networks.delete(network)
    if (own.length > 0) networks.set(network, own)
    places.delete(site)
    if (networks.size > 0) places.set(site, networks)
    if (entry) length -= 1
    return entry
  }
  /** False where it does not wait in this line. */
  const drop = (entry: Entry): boolean => {
    const site = siteOf(entry.network)
    const networks = places.get(site)
    const own = networks?.get(entry.network) ?? []
    const at = own.indexOf(entry)
    if (at < 0) return false
    own.splice(at, 1)
    if (own.length === 0) networks?.delete(entry.network)
    if (networks?.size === 0) places.delete(site)
    length -= 1
    return true
  }
  const next = (): Entry | undefined => {
    const [networks] = places.values()
    const [network] = networks?.keys() ?? []
    return network === undefined ? undefined : take(network, 0)
  }
  /** The network that takes most room in the place that does. */
  const longest = (): string | undefined => most(most(places, sizeOf)?.[1] ?? noEntries, (own) => own.length)?.[0]
  return { of, around, push, take, drop, next, longest, length: () => length }
}

const noEntries: ReadonlyMap<string, Entry[]> = new Map()
const sizeOf = (networks: ReadonlyMap<string, readonly Entry[]>): number =>
  [...networks.values()].reduce((sum, own) => sum + own.length, 0)

/** The first with the greatest size. */
const most = <T>(all: ReadonlyMap<string, T>, size: (one: T) => number): readonly [string, T] | undefined => {
  let found: readonly [string, T] | undefined
  for (const one of all) if (!found || size(one[1]) > size(found[1])) found = one
  return found
}

interface Room {
  readonly atOnce: number
  /** Places in all. */
  readonly places: number
  /** Places that suspects of one network may take. */
  readonly suspectPlaces: number
}

export const createFairQueue = ({ atOnce, places, suspectPlaces }: Room): FairQueue => {
  const [trusted, suspect] = [createLine(), createLine()]
  const entries = new Map<string, Entry>()
  const outcomes = new Map<string, Promise<unknown>>()
  let running = 0

  const isWanted = ({ askers }: Entry): boolean => askers.some(({ recipient }) => !recipient.hasLeft())
  const isLate = ({ askers }: Entry): boolean =>
    askers.some(({ recipient }) => recipient.waited() > bounds.waitingTime.most)
  const isSuspect = ({ askers }: Entry): boolean => askers.every((asker) => asker.isSuspect())
  const forget = ({ id }: Entry): void => {
    entries.delete(id)
    outcomes.delete(id)
  }
  const refuse = (entry: Entry | undefined, error: Error): void => {
    if (!entry) return
    forget(entry)
    entry.reject(error)
  }
  const full = () => temporarilyUnavailable('Too many requests of this kind at once.')

  // The youngest of the longest line goes; a newcomer who would only make that line longer is refused itself.
  const makeRoom = (network: string, line: typeof trusted): boolean => {
    if (trusted.length() + suspect.length() < places) return true
    const from = suspect.length() > 0 ? suspect : line
    const longest = from.longest()
    if (longest === undefined) return false
    const isNeighbour = siteOf(longest) === siteOf(network)
    const takes = (which: string) => (isNeighbour ? from.of(which).length : from.around(which))
    if (from === line && takes(longest) <= takes(network) + 1) return false
    refuse(from.take(longest, from.of(longest).length - 1), full())
    return true
  }
  const enter = (entry: Entry): void => {
    const line = isSuspect(entry) ? suspect : trusted
    const own = suspect.of(entry.network).length
    if (line === suspect && own >= suspectPlaces) refuse(entry, slowDown(1))
    else if (makeRoom(entry.network, line)) line.push(entry)
    else refuse(entry, full())
  }
  // While nginx still listens.
  const refuseLate = (): void => {
    for (const entry of entries.values())
      if (isLate(entry) && (trusted.drop(entry) || suspect.drop(entry))) refuse(entry, full())
  }
  const begin = (): void => {
    refuseLate()
    while (running < atOnce) {
      const fromTrusted = trusted.length() > 0
      const entry = (fromTrusted ? trusted : suspect).next()
      if (!entry) return
      if (!isWanted(entry)) refuse(entry, new RecipientLeft('The client left before its turn.'))
      else if (fromTrusted && isSuspect(entry)) enter(entry)
      else void work(entry)
    }
  }
  const work = async (entry: Entry): Promise<void> => {
    running += 1
    await entry.start()
    running -= 1
    forget(entry)
    begin()
  }

  return {
    run: <T>(id: string, asker: Asker, task: () => Promise<T>): Promise<T> => {
      const same = entries.get(id)
      if (same) {
        same.askers.push(asker)
        return outcomes.get(id) as Promise<T>
      }
      const done = new Promise<T>((resolve, reject) => {
        const start = () => task().then(resolve, reject)
        const entry: Entry = { id, network: asker.network, askers: [asker], start, reject }
        entries.set(id, entry)
        enter(entry)
      })
      if (entries.has(id)) outcomes.set(id, done)
      begin()
      return done
    },
    waiting: () => trusted.length() + suspect.length(),
  }
}
