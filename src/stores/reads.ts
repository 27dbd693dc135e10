// What is asked at the same moment is read in one round trip: the client and the user of a refresh, or two requests' clients.
import type { Knex } from 'knex'
import { send, withConnection, type Binding, type Statement } from './connection.ts'

/** The rows of a SELECT by primary key; what is slow would keep its neighbours waiting. @throws the database's error */
export type Read = <Row>(...statement: Statement<Binding>) => Promise<readonly Row[]>

interface Question {
  readonly statement: Statement<Binding>
  readonly resolve: (rows: unknown) => void
  readonly reject: (error: unknown) => void
}

const ask = (db: Knex, statements: readonly Statement<Binding>[]): Promise<unknown> =>
  withConnection(db, async (connection) => {
    try {
      return await send(connection, statements)
    } catch (error) {
      // Rows that still arrive belong to nobody.
      connection.destroy()
      throw error
    }
  })

const answerAll = async (db: Knex, questions: readonly Question[]): Promise<void> => {
  try {
    const results = await ask(
      db,
      questions.map(({ statement }) => statement),
    )
    for (const [index, { resolve }] of questions.entries())
      resolve(questions.length === 1 ? results : (results as unknown[])[index])
  } catch (error) {
    for (const { reject } of questions) reject(error)
  }
}

/** Collects what is asked until nothing can go on without an answer from outside, then sends it as one packet. */
export const createRead = (db: Knex): Read => {
  let questions: Question[] = []
  const sendCollected = () => {
    const collected = questions
    questions = []
    void answerAll(db, collected)
  }
  return <Row>(...statement: Statement<Binding>) =>
    new Promise<readonly Row[]>((resolve, reject) => {
      if (questions.length === 0) process.nextTick(sendCollected)
      questions.push({ statement, resolve: (rows) => resolve(rows as readonly Row[]), reject })
    })
}
