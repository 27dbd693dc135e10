// Rows by their key: what several requests look up at the same moment is one SELECT a table, all of them one packet.
import type { Read } from './reads.ts'

/**
 * The row with this key, if there is one. `sql` selects the key as `asked` and ends in `IN (?)`; the key is compared
 * exactly, whatever the table's collation. @throws the database's error
 */
export type LookUp = <Row extends { readonly asked: string }>(sql: string, key: string) => Promise<Row | undefined>

interface Question {
  readonly sql: string
  readonly key: string
  readonly resolve: (row: { readonly asked: string } | undefined) => void
  readonly reject: (error: unknown) => void
  readonly answer: Promise<{ readonly asked: string } | undefined>
}

/** Questions of one packet: eight requests that have nothing in common, so that nobody's answer waits for a hundred others. */
const mostTogether = 32

const newQuestion = (sql: string, key: string): Question => {
  let settle: Pick<Question, 'resolve' | 'reject'> | undefined
  const answer = new Promise<{ readonly asked: string } | undefined>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { sql, key, answer, ...settle! }
}

const answerAlike = async (read: Read, sql: string, questions: readonly Question[]): Promise<void> => {
  try {
    const rows = await read<{ readonly asked: string }>(sql, [questions.map(({ key }) => key)])
    const found = new Map(rows.map((row) => [String(row.asked), row]))
    for (const { key, resolve } of questions) resolve(found.get(key))
  } catch (error) {
    for (const { reject } of questions) reject(error)
  }
}

const answerAll = async (read: Read, questions: readonly Question[]): Promise<void> => {
  const tables = [...new Set(questions.map(({ sql }) => sql))]
  await Promise.all(
    tables.map((sql) =>
      answerAlike(
        read,
        sql,
        questions.filter((question) => question.sql === sql),
      ),
    ),
  )
}

/** One packet at a time: who asks meanwhile, or before `ready` resolves, goes with the next, and what several ask is asked once. */
export const createLookUp = (read: Read, ready: () => Promise<void> = () => Promise.resolve()): LookUp => {
  const waiting = new Map<string, Question>()
  let underWay = false
  const work = async () => {
    underWay = true
    while (waiting.size > 0) {
      await ready()
      // Those who can ask without an answer from outside come along.
      await new Promise((resolve) => process.nextTick(resolve))
      const together = [...waiting].slice(0, mostTogether)
      for (const [name] of together) waiting.delete(name)
      await answerAll(
        read,
        together.map(([, question]) => question),
      )
    }
    underWay = false
  }
  return <Row extends { readonly asked: string }>(sql: string, key: string) => {
    const name = `${sql} ${key}`
    const question = waiting.get(name) ?? newQuestion(sql, key)
    waiting.set(name, question)
    if (!underWay) void work()
    return question.answer as Promise<Row | undefined>
  }
}
