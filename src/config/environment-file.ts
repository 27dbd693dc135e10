// The file of settings that the unit's EnvironmentFile= and the command line share, by systemd's rules (systemd.exec(5)).

const blanks = ' \t\n\r'
const trimmedEnd = (text: string): string => {
  let end = text.length
  while (end > 0 && blanks.includes(text[end - 1]!)) end -= 1
  return text.slice(0, end)
}

type State =
  | 'before-name'
  | 'name'
  | 'before-value'
  | 'value'
  | 'value-escape'
  | 'single'
  | 'double'
  | 'double-escape'
  | 'comment'
  | 'comment-escape'

interface Scan {
  state: State
  name: string
  value: string
  /** Length of the value up to which blanks are part of it: they were quoted or escaped. */
  kept: number
}

const append = (scan: Scan, text: string, keep: boolean): void => {
  scan.value += text
  if (keep) scan.kept = scan.value.length
}
const bare = ({ value, kept }: Scan): string => value.slice(0, Math.max(kept, trimmedEnd(value).length))

const steps: Readonly<Record<State, (scan: Scan, char: string) => State>> = {
  'before-name': (scan, char) => {
    if (blanks.includes(char)) return 'before-name'
    if (char === '#' || char === ';') return 'comment'
    Object.assign(scan, { name: char, value: '', kept: 0 })
    return 'name'
  },
  name: (scan, char) => {
    if (char === '\n' || char === '=') return char === '=' ? 'before-value' : 'before-name'
    scan.name += char
    return 'name'
  },
  'before-value': (scan, char) => {
    if (char === "'") return 'single'
    if (char === '"') return 'double'
    if (char === '\\') return 'value-escape'
    if (blanks.includes(char)) return 'before-value'
    append(scan, char, true)
    return 'value'
  },
  value: (scan, char) => {
    if (char === '\\') return 'value-escape'
    append(scan, char, !blanks.includes(char))
    return 'value'
  },
  'value-escape': (scan, char) => {
    if (char !== '\n') append(scan, char, true)
    return 'value'
  },
  single: (scan, char) => {
    if (char === "'") return 'before-value'
    append(scan, char, true)
    return 'single'
  },
  double: (scan, char) => {
    if (char === '"') return 'before-value'
    if (char === '\\') return 'double-escape'
    append(scan, char, true)
    return 'double'
  },
  'double-escape': (scan, char) => {
    if ('"\\`$'.includes(char)) append(scan, char, true)
    else if (char !== '\n') append(scan, `\\${char}`, true)
    return 'double'
  },
  comment: (_, char) => (char === '\n' ? 'before-name' : char === '\\' ? 'comment-escape' : 'comment'),
  'comment-escape': () => 'comment',
}

const endsAtLine = new Set<State>(['before-value', 'value'])
/** In these a file may end: systemd takes what it has, an open quote or not. */
const hasValue = new Set<State>(['before-value', 'value', 'value-escape', 'single', 'double', 'double-escape'])

export interface EnvironmentFile {
  /** Names and values, the last one of a name. */
  readonly values: Readonly<Record<string, string>>
  /** Lines that are no assignment; systemd passes over them, too. */
  readonly passedOver: readonly number[]
}

/** Reads the text of such a file. */
export const parseEnvironmentFile = (text: string): EnvironmentFile => {
  const values: Record<string, string> = {}
  const passedOver: number[] = []
  const scan: Scan = { state: 'before-name', name: '', value: '', kept: 0 }
  let [line, begun] = [1, 1]
  const take = (): void => {
    const name = trimmedEnd(scan.name)
    if (/^[A-Za-z_]\w*$/.test(name)) values[name] = bare(scan)
    else passedOver.push(begun)
  }
  for (const char of text.replaceAll('\r\n', '\n')) {
    const before = scan.state
    const ended = char === '\n' && endsAtLine.has(before)
    if (ended) take()
    scan.state = ended ? 'before-name' : steps[before](scan, char)
    if (before === 'before-name' && scan.state === 'name') begun = line
    if (before === 'name' && scan.state === 'before-name') passedOver.push(begun)
    if (char === '\n') line += 1
  }
  if (hasValue.has(scan.state)) take()
  else if (scan.state === 'name') passedOver.push(begun)
  return { values, passedOver }
}
