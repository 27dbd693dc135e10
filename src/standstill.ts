// How long this process stood still: a virtual machine that is moved or saved answers nobody, and the time of its clients runs on.
// The wall clock counts, because it dates the rows; one that is set forward looks the same and does no harm.

/** Milliseconds between two looks; a loop that is as late again counts as standing still. */
const beat = 500
/** Milliseconds after which whoever waited has come back. */
const remembered = 60_000
/** Seconds; nobody retries for longer. */
const most = 300

/** @returns the seconds that were lost by standing still within the last minute; 0 when nothing was */
export const createStandstill = (clock: () => number = Date.now): (() => number) => {
  let looked = clock()
  let lost = 0
  let ended = -Infinity
  const look = (): void => {
    const time = clock()
    const passed = time - looked
    looked = time
    if (time - ended > remembered) lost = 0
    if (passed <= 2 * beat) return
    lost += passed
    ended = time
  }
  setInterval(look, beat).unref()
  return () => {
    look()
    return Math.min(most, Math.ceil(lost / 1000))
  }
}
