// A table for people: columns as wide as their widest cell.
import { type Terminal } from './terminal.ts'
import { printable } from '../printable.ts'

/** Prints headings and rows; text from the database is made safe for a terminal. */
export const printColumns = (
  { say, colours }: Terminal,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void => {
  const safe = rows.map((row) => row.map(printable))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...safe.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  if (headings.some((heading) => heading !== '')) say(colours.bold(line(headings)))
  for (const row of safe) say(line(row))
}

/** Unix seconds as local date and time, empty when there are none. */
export const moment = (seconds: number | undefined): string =>
  seconds === undefined ? '' : new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 16).concat(' UTC')
