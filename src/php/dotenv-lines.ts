// Joins the lines of a `.env` whose quoted value goes on, as phpdotenv 5.6 does, oddities included.

export interface DotenvEntry {
  readonly text: string
  /** Where it starts, from 1. */
  readonly line: number
}

/** Double quotes after any character but a backslash; a quote at the start of a line counts only when it is alone there. */
const quotes = (line: string): number => {
  const plain = line.replaceAll('\\\\', '')
  let count = 0
  for (let at = 1; at < plain.length; at += 1) if (plain[at] === '"' && plain[at - 1] !== '\\') count += 1
  return count
}

const opens = (line: string): boolean => line.includes('="') && line !== '"' && quotes(line) <= 1
const closes = (line: string): boolean => line === '"' || quotes(line) >= 1
const says = (text: string): boolean => /^[ \n\r\t\0\v]*[^ \n\r\t\0\v#]/.test(text)

/** The entries of the file. A quote that is never closed swallows the rest, as it does in PHP. */
export const entriesOf = (text: string): readonly DotenvEntry[] => {
  const entries: DotenvEntry[] = []
  let open: { readonly line: number; readonly parts: string[] } | undefined
  for (const [index, part] of text.split(/\r\n|\n|\r/).entries()) {
    if (open) {
      open.parts.push(part)
      if (!closes(part)) continue
      entries.push({ text: open.parts.join('\n'), line: open.line })
      open = undefined
    } else if (opens(part)) open = { line: index + 1, parts: [part] }
    else entries.push({ text: part, line: index + 1 })
  }
  return entries.filter((entry) => says(entry.text))
}
