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
  /** Where sections are of more commits than one: that of each. */
  readonly commits?: Readonly<Record<string, string>>
  readonly quick: boolean
  readonly machine: Readonly<Record<string, string>>
  readonly sections: Readonly<Record<string, TimedResult>>
}

export const readResults = async (file: string): Promise<Results> => JSON.parse(await readFile(file, 'utf8')) as Results

const isSameRun = (a: Results, b: Results): boolean =>
  JSON.stringify([a.commit, a.quick, a.machine]) === JSON.stringify([b.commit, b.quick, b.machine])

const ordered = (sections: Results['sections']): Results['sections'] =>
  Object.fromEntries(sectionNames.flatMap((name) => (sections[name] ? [[name, sections[name]] as const] : [])))

/** Results of the same Node as one, the later ones first: sections that a commit did not touch are not measured again for it. */
export const mergeResults = (all: readonly Results[]): readonly Results[] => {
  const byNode = new Map<string, Results>()
  for (const results of all) {
    const node = results.machine['Node'] ?? ''
    const before = byNode.get(node)
    const commits = Object.fromEntries(Object.keys(results.sections).map((name) => [name, results.commit]))
    byNode.set(node, {
      ...results,
      commits: { ...before?.commits, ...commits },
      sections: ordered({ ...before?.sections, ...results.sections }),
    })
  }
  return [...byNode.values()]
}

/** Sections that the file has already stay if they are of the same commit, scale and machine. @returns all of them */
export const keepResults = async (file: string, results: Results): Promise<Results> => {
  const before = await readResults(file).catch(() => undefined)
  const found: Results['sections'] = {
    ...(before && isSameRun(before, results) && before.sections),
    ...results.sections,
  }
  const kept = { ...results, sections: ordered(found) }
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify(kept, undefined, 1))
  return kept
}
