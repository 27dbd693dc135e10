// Where waiting requests are kept: a few cookies of fixed names and a fixed length, so that however many tabs leave at the same
// moment, the browser never sends more than nginx takes in one line beside Stud.IP's own (A16). A long request takes several.
import { parse, serialize } from 'cookie'
import { bounds } from '../bounds.ts'
import { basePath, type Settings } from '../settings.ts'
import { cookieAttributes, waitingTime } from './cookie-attributes.ts'
import { openPending, pendingId, sealPending, type Pending } from './pending.ts'

type Base = Pick<Settings, 'baseUrl'>

/** Begins the name of each of them; a digit follows. */
export const pendingPrefix = 'studip_oauth2_pending_'
const cells = Array.from({ length: bounds.pendingCookies.most }, (_, cell) => cell)
/** `<id>.<number of this part>.<number of parts>.` */
const partLength = bounds.pendingCookie.most - '00000000.0.0.'.length

const resumePath = (settings: Base) => `${basePath(settings)}dispatch.php/api/oauth2/`
const adminPath = (settings: Base) => `${basePath(settings)}dispatch.php/admin/oauth2`
/** The way back reads the cookie, and so must the page itself, or its returns could not be counted. */
const pathsOf = (target: string, settings: Base): readonly string[] =>
  target.startsWith(adminPath(settings)) ? [resumePath(settings), adminPath(settings)] : [resumePath(settings)]

interface Cell {
  readonly cell: number
  readonly id: string
  readonly part: number
  readonly parts: number
  readonly text: string
}

const cellsIn = (cookieHeader: string | undefined): readonly Cell[] => {
  const sent = parse(cookieHeader ?? '')
  return cells.flatMap((cell) => {
    const value = sent[pendingPrefix + cell]
    if (value === undefined) return []
    const [, id = '', part, parts, text = ''] = /^([0-9a-f]{8})\.(\d)\.(\d)\.([\w.-]+)$/.exec(value) ?? []
    return [{ cell, id, part: Number(part), parts: Number(parts), text }]
  })
}

/** What the cells of one request hold together; undefined when one of them was overwritten. */
const joined = (mine: readonly Cell[]): string | undefined => {
  const parts = mine[0]?.parts ?? 0
  const ordered = mine.toSorted((a, b) => a.part - b.part)
  const complete = mine.length === parts && ordered.every((cell, index) => cell.part === index && cell.parts === parts)
  return complete ? ordered.map(({ text }) => text).join('') : undefined
}

/** Ids of the requests that seem to wait, unproven: enough to leave their marker alone. */
export const idsIn = (cookieHeader: string | undefined): ReadonlySet<string> =>
  new Set(cellsIn(cookieHeader).map(({ id }) => id))

/** The requests that wait in this browser, latest first. A changed, expired or foreign cookie is none. */
export const readPending = (
  cookieHeader: string | undefined,
  key: Buffer,
  now: number,
  settings: Base,
): readonly Pending[] => {
  const sent = cellsIn(cookieHeader)
  const opened = [...new Set(sent.map(({ id }) => id))].map((id) => {
    const sealed = joined(sent.filter((each) => each.id === id))
    return sealed === undefined ? undefined : openPending(sealed, key, id, now, settings)
  })
  return opened.filter((pending) => pending !== undefined).sort((a, b) => b.at - a.at || b.sequence - a.sequence)
}

/** Cells in the order in which a request takes them: its own, free ones, those of nobody, those of who has waited longest. */
const byWorth = (id: string, sent: readonly Cell[], waiting: readonly Pending[]): readonly number[] => {
  const holder = new Map(sent.map((each) => [each.cell, each.id]))
  const order = waiting.map(({ target }) => pendingId(target))
  const worth = (cell: number): number => {
    const owner = holder.get(cell)
    if (owner === id) return 0
    if (owner === undefined) return 1
    return order.includes(owner) ? 2 + order.length - order.indexOf(owner) : 2
  }
  // Tabs that leave at the same moment do not know of each other: each begins elsewhere.
  const first = parseInt(id, 16) % cells.length
  const turned = [...cells.slice(first), ...cells.slice(0, first)]
  return turned.toSorted((a, b) => worth(a) - worth(b))
}

const forgetCell = (cell: number, paths: readonly string[], settings: Base): string[] =>
  paths.map((path) => serialize(pendingPrefix + cell, '', cookieAttributes(settings, path, 0)))

/**
 * Set-Cookie lines that keep a request beside those that wait already; whom it leaves without a cell goes, the oldest first.
 * Undefined when it is too long for all cells together.
 */
export const keepPending = (
  pending: Pending,
  { cookieHeader, waiting }: { readonly cookieHeader: string | undefined; readonly waiting: readonly Pending[] },
  key: Buffer,
  settings: Base,
): readonly string[] | undefined => {
  const sealed = sealPending(pending, key)
  const parts = Math.ceil(sealed.length / partLength)
  if (parts > cells.length) return undefined
  const id = pendingId(pending.target)
  const sent = cellsIn(cookieHeader)
  const taken = byWorth(id, sent, waiting).slice(0, parts)
  const lines = taken.flatMap((cell, part) => {
    const value = `${id}.${part}.${parts}.${sealed.slice(part * partLength, (part + 1) * partLength)}`
    return pathsOf(pending.target, settings).map((path) =>
      serialize(pendingPrefix + cell, value, cookieAttributes(settings, path, waitingTime)),
    )
  })
  const robbed = new Set([id, ...sent.filter(({ cell }) => taken.includes(cell)).map((each) => each.id)])
  const rest = sent.filter((each) => robbed.has(each.id) && !taken.includes(each.cell))
  const everywhere = [resumePath(settings), adminPath(settings)]
  return [...lines, ...rest.flatMap(({ cell }) => forgetCell(cell, everywhere, settings))]
}

/** Set-Cookie lines that forget this target, none when no cookie holds it. */
export const forgetPending = (target: string, cookieHeader: string | undefined, settings: Base): readonly string[] =>
  cellsIn(cookieHeader)
    .filter(({ id }) => id === pendingId(target))
    .flatMap(({ cell }) => forgetCell(cell, pathsOf(target, settings), settings))
