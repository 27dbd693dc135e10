// What was odd about the installation while a page was made: the page appears all the same, and the log says it once.

/** `about` names a thing of the installation, out of a closed set; `problem` says what was expected. */
export type TellOdd = (about: string, problem: string) => void

const pageOdd = 'page.odd'

interface Warns {
  warn(fields: object, message: string): void
}

/** One line for each thing and problem as long as the process lives. */
export const createOddities = (log: Warns): TellOdd => {
  const told = new Set<string>()
  return (about, problem) => {
    const line = `${about}: ${problem}`
    if (told.has(line)) return
    told.add(line)
    log.warn({ event: pageOdd, about, problem }, pageOdd)
  }
}
