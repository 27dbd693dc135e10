// What a section of the bench is: it measures something and answers lines of the table.

/** A line of the table: what was asked for, what came out. `met` is undefined for what is reported without a bar. */
export interface Line {
  readonly what: string
  readonly bar: string
  readonly measured: string
  readonly met: boolean | undefined
}

export interface SectionResult {
  readonly lines: readonly Line[]
  /** Everything measured, kept beside the table. */
  readonly data: unknown
}

/** How long and how often. `--quick` makes it short and the figures rough. */
export interface Scale {
  readonly rounds: number
  readonly seconds: number
  /** Rows of each token table for the growth section, of all together for the purge. */
  readonly rows: number
  readonly fewRows: number
  /** Refreshes of the memory section. */
  readonly refreshes: number
  /** Tokens of PHP that arrive at once. */
  readonly foreign: number
}

export const full: Scale = {
  rounds: 5,
  seconds: 3,
  rows: 5_000_000,
  fewRows: 1000,
  refreshes: 100_000,
  foreign: 5_000,
}
export const quick: Scale = {
  rounds: 2,
  seconds: 1.5,
  rows: 100_000,
  fewRows: 1000,
  refreshes: 5000,
  foreign: 250,
}

export const atLeast = (what: string, bar: number, value: number, unit = ''): Line => ({
  what,
  bar: `≥ ${bar}${unit}`,
  measured: `${format(value)}${unit}`,
  met: value >= bar,
})
export const atMost = (what: string, bar: number, value: number, unit = ''): Line => ({
  what,
  bar: `≤ ${bar}${unit}`,
  measured: `${format(value)}${unit}`,
  met: value <= bar,
})
export const reported = (what: string, measured: string): Line => ({ what, bar: '–', measured, met: undefined })

/** Three significant digits, whole numbers from 100 on. */
export const format = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString()
