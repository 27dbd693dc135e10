// The log: JSON lines that carry their request and keep secrets out.
import { fstatSync } from 'node:fs'
import { expect } from 'chai'
import { isJournal } from '../src/config/journal.ts'
import { auditLog, createLog } from '../src/log.ts'
import type { AuditEvent } from '../src/oauth/ports.ts'

const logged = (work: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] => {
  const lines: string[] = []
  work(createLog('trace', { write: (line: string) => void lines.push(line) }))
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('log', () => {
  const origin = { requestId: 'request-1', address: '192.0.2.1' }

  it('carries request id and address in every audit line', () => {
    const [line] = logged((log) => auditLog(log)({ event: 'token.refreshed', clientId: '1' }, origin))
    expect(line).to.include({
      ...origin,
      msg: 'token.refreshed',
      event: 'token.refreshed',
      level: 'info',
      clientId: '1',
    })
  })

  it('S-095 hides credentials that reach an audit line by mistake', () => {
    const [line] = logged((log) =>
      auditLog(log)({ event: 'token.refreshed', refresh_token: 'geheim' } as AuditEvent, origin),
    )
    expect(line).to.have.property('refresh_token', '***')
  })

  it('S-095 writes no statement of the database, whose values may be session ids', () => {
    const error = Object.assign(new Error('ER_LOCK_DEADLOCK'), {
      code: 'ER_LOCK_DEADLOCK',
      sql: "select 1 where sid = 'geheim'",
      cause: Object.assign(new Error('deeper'), { sql: 'geheim' }),
    })
    const [line] = logged((log) => log.error({ err: error }, 'failed'))
    expect(JSON.stringify(line)).to.not.contain('geheim')
    expect(line).to.have.nested.property('err.code', 'ER_LOCK_DEADLOCK')
    expect(line).to.have.nested.property('err.cause.message', 'deeper')
  })

  it('A5 cuts the text of an error, however long the statement that failed', () => {
    const error = Object.assign(new Error(`${'SELECT ? UNION ALL '.repeat(100_000)} - too long`), {
      errno: 1,
      sqlState: 'HY000',
    })
    for (const err of [error, new Error('x'.repeat(2_000_000)), new Error('outer', { cause: error })]) {
      const [line] = logged((log) => log.error({ err }, 'failed'))
      expect(JSON.stringify(line).length).to.be.below(8_000)
      expect(line)
        .to.have.nested.property('err.stack')
        .that.matches(/^ {4}at .+/)
    }
  })

  for (const [complaint, kept] of [
    ["Duplicate entry 'geheim-geheim' for key 'PRIMARY'", "Duplicate entry '…' for key 'PRIMARY'"],
    [
      "Incorrect string value: 'geheim \\'geheim' for column `s`.`t`.`name` at row 1",
      'for column `s`.`t`.`name` at row 1',
    ],
    ["syntax to use near 'geheim'' OR 'geheim\n' at line 1", "syntax to use near '…'"],
    ["Field 'campus' doesn't have a default value", "Field 'campus' doesn't have a default value"],
    ["Truncated incorrect DOUBLE value: 'geheim", "Truncated incorrect DOUBLE value: '…'"],
    [
      `Data too long for column 'name' at row 1 - '${'geheim'.repeat(9_999)}'`,
      "Data too long for column 'name' at row 1",
    ],
  ] as const)
    it(`A5 S-095 writes no value that the database quotes: ${kept}`, () => {
      const error = Object.assign(new Error(`insert into t values (?) - ${complaint}`), {
        errno: 1366,
        sqlState: 'HY000',
      })
      const [line] = logged((log) => log.error({ err: error }, 'failed'))
      expect(JSON.stringify(line)).to.not.contain('geheim')
      expect((line?.['err'] as { message: string }).message).to.contain(kept)
    })

  it('S-095 hides credentials that reach the log by mistake', () => {
    const headers = { authorization: 'Basic geheim', cookie: 'Studip_Session=geheim' }
    const text = JSON.stringify(
      logged((log) => {
        log.debug({
          headers,
          req: { headers },
          body: { code: 'geheim', client_secret: 'geheim', refresh_token: 'geheim' },
          query: { code: 'geheim' },
        })
        log.debug({ password: 'geheim', database: { password: 'geheim' }, access_token: 'geheim', sid: 'geheim' })
      }),
    )
    expect(text).to.not.contain('geheim')
    expect(text).to.contain('***')
  })

  it('logs audit events by name, replays as warnings', () => {
    const lines = logged((log) => {
      auditLog(log)({ event: 'token.replayed', clientId: '1', grantId: 'a' }, origin)
      auditLog(log)({ event: 'token.refreshed', clientId: '1' }, origin)
    })
    expect(lines.map(({ level, msg }) => [level, msg])).to.deep.equal([
      ['warn', 'token.replayed'],
      ['info', 'token.refreshed'],
    ])
    expect(lines[0]).to.include({ clientId: '1', grantId: 'a' })
  })
})

describe('log in the journal', () => {
  it('O4 gives each line the priority of its level', () => {
    const lines: string[] = []
    const log = createLog('trace', { write: (line: string) => void lines.push(line) }, true)
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) log[level]({ a: 1 }, level)
    expect(lines.map((line) => line.slice(0, 3))).to.deep.equal(['<7>', '<7>', '<6>', '<4>', '<3>', '<2>'])
    expect(JSON.parse(lines[0]!.slice(3))).to.include({ level: 'trace', msg: 'trace', a: 1 })
  })

  it('O4 S-095 hides what it hides elsewhere', () => {
    const lines: string[] = []
    createLog('info', { write: (line: string) => void lines.push(line) }, true).info({ password: 'geheim' }, 'x')
    expect(lines[0]).to.include('***').and.not.include('geheim')
  })

  it('O4 knows the journal by device and inode of the stream, so that a pipe is none', () => {
    const { dev, ino } = fstatSync(1, { bigint: true })
    expect(isJournal(1, { JOURNAL_STREAM: `${dev}:${ino}` })).to.equal(true)
    for (const other of [`${dev}:${ino + 1n}`, 'x', ''])
      expect(isJournal(1, { JOURNAL_STREAM: other }), other).to.equal(false)
    expect(isJournal(1, {})).to.equal(false)
  })
})
