// Windows of a minute and shares of a second pass while a slow machine works: in these tests no time passes.

/** The clock of what is counted per time (`performance.now`) stands still in this process while `work` runs, however long that takes. */
export const whileTimeStands = async <T>(work: () => Promise<T>): Promise<T> => {
  const { now } = performance
  const moment = now.call(performance)
  performance.now = () => moment
  try {
    return await work()
  } finally {
    performance.now = now
  }
}
