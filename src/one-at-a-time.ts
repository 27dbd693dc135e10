// Dear work, one of a kind at a time (S-115): who asks often waits for himself, and for nobody else's share of the machine.

interface Line<T> {
  readonly underWay: Promise<unknown>
  next: Promise<T> | undefined
}

/**
 * Asks for `key`. Whoever comes while its question is under way shares the next one with all who do: nobody gets an answer that
 * was begun before he asked. @throws what `ask` throws, to all who share it
 */
export type OneAtATime<T> = (key: string, ask: () => Promise<T>) => Promise<T>

export const createOneAtATime = <T>(): OneAtATime<T> => {
  const lines = new Map<string, Line<T>>()
  const start: OneAtATime<T> = (key, ask) => {
    const answer = ask()
    const underWay = answer.catch(() => undefined)
    const line: Line<T> = { underWay, next: undefined }
    lines.set(key, line)
    void underWay.then(() => {
      if (!line.next) lines.delete(key)
    })
    return answer
  }
  return (key, ask) => {
    const line = lines.get(key)
    if (!line) return start(key, ask)
    line.next ??= line.underWay.then(() => start(key, ask))
    return line.next
  }
}
