// Which tokens descend from one consent. Ours share a prefix; Stud.IP's own server gives each pair an id of its own, so that
// only the answers tell what came from what.
import type { Answer } from './apps.ts'

/** The part of an id that ours share. */
export const grantOf = (id: string): string => id.slice(0, 32)

/** Answers the name of the family that an id belongs to. */
export const lineages = (answers: readonly Answer[]): ((id: string) => string) => {
  const parents = new Map<string, string>()
  const root = (grant: string): string => {
    let name = grant
    for (let parent = parents.get(name); parent !== undefined; parent = parents.get(name)) name = parent
    return name
  }
  for (const { presentedId, issued } of answers) {
    if (!issued) continue
    const [older, younger] = [root(grantOf(presentedId)), root(grantOf(issued.refreshId))]
    if (older !== younger) parents.set(younger, older)
  }
  return (id) => root(grantOf(id))
}
