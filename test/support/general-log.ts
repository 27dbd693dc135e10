// What the database server itself says it was asked.
import type { Knex } from 'knex'

/** Every statement that the server received while `work` ran, whoever sent it. */
export const withGeneralLog = async <T>(
  knex: Knex,
  work: () => Promise<T>,
): Promise<{ result: T; statements: readonly string[] }> => {
  await knex.raw('TRUNCATE mysql.general_log')
  await knex.raw("SET GLOBAL log_output = 'TABLE', GLOBAL general_log = 1")
  try {
    const result = await work()
    const [rows] = (await knex.raw(
      "SELECT CONVERT(argument USING utf8mb4) AS statement FROM mysql.general_log WHERE command_type = 'Query'",
    )) as [{ statement: string }[]]
    return {
      result,
      statements: rows
        .map(({ statement }) => statement)
        .filter((statement) => !statement.includes('mysql.general_log')),
    }
  } finally {
    await knex.raw('SET GLOBAL general_log = 0')
  }
}
