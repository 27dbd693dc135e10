// Rows by their key: what several requests look up at the same moment is one SELECT a table, all of them one packet.
import type { Read } from './reads.ts'

/**
 * The row with this key, if there is one. `sql` selects the key as `asked` and ends in `IN (?)`; the key is compared
 * exactly, whatever the table's collation. @throws the database's error
 */
export type LookUp = <Row extends { readonly asked: string }>(sql: string, key: string) => Promise<Row | undefined>

type Row = { readonly asked: string }

interface Question {
  readonly resolve: (row: Row | undefined) => void
  readonly reject: (error: unknown) => void
  readonly answer: Promise<Row | undefined>
}

/** By their key: of one table, and of all by their SQL. */
type Questions = Map<string, Question>
type Tables = Map<string, Questions>

/** Keys of one table in one packet: nobody's answer waits for a hundred others. */
const mostTogether = 16

const newQuestion = (): Question => {
  let settle: Pick<Question, 'resolve' | 'reject'> | undefined
  const answer = new Promise<Row | undefined>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { answer, ...settle! }
}

const answerAlike = async (read: Read, sql: string, questions: Questions): Promise<void> => {
  try {
    for (const row of await read<Row>(sql, [[...questions.keys()]])) {
      questions.get(String(row.asked))?.resolve(row)
      questions.delete(String(row.asked))
    }
    for (const { resolve } of questions.values()) resolve(undefined)
  } catch (error) {
    for (const { reject } of questions.values()) reject(error)
  }
}

/** Takes out what goes with the next packet. */
const nextOf = (waiting: Tables): Tables => {
  const next: Tables = new Map()
  for (const [sql, questions] of waiting) {
    if (questions.size <= mostTogether) {
      next.set(sql, questions)
      waiting.delete(sql)
      continue
    }
    const first = [...questions].slice(0, mostTogether)
    for (const [key] of first) questions.delete(key)
    next.set(sql, new Map(first))
  }
  return next
}

/** One packet at a time: who asks meanwhile, or before `ready` resolves, goes with the next, and what several ask is asked once. */
export const createLookUp = (read: Read, ready: () => Promise<void> = () => Promise.resolve()): LookUp => {
  const waiting: Tables = new Map()
  let underWay = false
  const work = async () => {
    underWay = true
    while (waiting.size > 0) {
      await ready()
      // Those who can ask without an answer from outside come along.
      await new Promise((resolve) => process.nextTick(resolve))
      await Promise.all([...nextOf(waiting)].map(([sql, questions]) => answerAlike(read, sql, questions)))
    }
    underWay = false
  }
  const questionsTo = (sql: string): Questions => {
    const questions = waiting.get(sql) ?? new Map<string, Question>()
    waiting.set(sql, questions)
    return questions
  }
  return <R extends Row>(sql: string, key: string) => {
    const questions = questionsTo(sql)
    const question = questions.get(key) ?? newQuestion()
    questions.set(key, question)
    if (!underWay) void work()
    return question.answer as Promise<R | undefined>
  }
}
