// What was measured, kept in a file for each Node: sections can be run one by one, and a run that is cut short has not measured for nothing.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sectionNames } from './all-sections.ts'
import type { SectionResult } from './sections.ts'

export interface TimedResult extends SectionResult {
  /** When it ended. */
  readonly date: string
  /** How long it took. */
  readonly seconds: number
}

export interface Results {
  readonly commit: string
  readonly quick: boolean
  readonly machine: Readonly<Record<string, string>>
  readonly sections: Readonly<Record<string, TimedResult>>
}

export const readResults = async (file: string): Promise<Results> => JSON.parse(await readFile(file, 'utf8')) as Results

const isSameRun = (a: Results, b: Results): boolean =>
  JSON.stringify([a.commit, a.quick, a.machine]) === JSON.stringify([b.commit, b.quick, b.machine])

/** Sections that the file has already stay if they are of the same commit, scale and machine. @returns all of them */
export const keepResults = async (file: string, results: Results): Promise<Results> => {
  const before = await readResults(file).catch(() => undefined)
  const found: Results['sections'] = {
    ...(before && isSameRun(before, results) && before.sections),
    ...results.sections,
  }
  const inOrder = sectionNames.flatMap((name) => (found[name] ? [[name, found[name]] as const] : []))
  const kept = { ...results, sections: Object.fromEntries(inOrder) }
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify(kept, undefined, 1))
  return kept
}
