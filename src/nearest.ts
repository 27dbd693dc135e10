// The name that somebody probably meant.

/** Letters to change, add or leave out (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === b[j] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** The most similar name; undefined when none is similar. What was typed is cut, so that it costs nothing. */
export const nearest = (typed: string, names: readonly string[]): string | undefined => {
  const found = names
    .map((name) => ({ name, far: distance(typed.slice(0, 60), name) }))
    .sort((a, b) => a.far - b.far)[0]
  return found && found.far <= Math.max(2, found.name.length / 4) ? found.name : undefined
}
