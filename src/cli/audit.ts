// Changes by the command line leave the line that the page would leave, in the log of the system (tag studip-oauth2).
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { AuditEvent } from '../oauth/ports.ts'
import { flag, type Options } from './command.ts'

/** Who is at the keyboard, through sudo as well. */
const operator = ({ SUDO_USER }: NodeJS.ProcessEnv = process.env): string => {
  try {
    return SUDO_USER ?? userInfo().username
  } catch {
    return String(process.getuid?.() ?? '')
  }
}

/** syslog(3) by logger(1), where the system has both; what it says itself is not for the operator. */
const toSystemLog = (line: string): Promise<void> =>
  new Promise((resolve) => {
    if (!existsSync('/dev/log')) return resolve()
    const logger = spawn('logger', ['--tag', 'studip-oauth2', '--priority', 'user.notice'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: 5_000,
    })
    logger.once('error', () => resolve()).once('close', () => resolve())
    logger.stdin.once('error', () => undefined).end(line)
  })

/** Records what an operator did. Scripts find the same line on standard error, people do not. */
export const record = async (events: readonly Omit<AuditEvent, 'details'>[], options: Options): Promise<void> => {
  const { auditLog, createLog } = await import('../log.ts')
  const lines: string[] = []
  const audit = auditLog(createLog('info', { write: (line: string) => void lines.push(line) }))
  for (const event of events)
    audit({ ...event, details: { actor: 'cli', operator: operator() } }, { requestId: '', address: '' })
  const text = lines.join('')
  await toSystemLog(text)
  if (!process.stderr.isTTY && !flag(options, 'quiet')) process.stderr.write(text)
}
