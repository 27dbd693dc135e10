// Answers of league, of a real Stud.IP and of ours, in the same few words.
import type supertest from 'supertest'

export interface RecordedAnswer {
  readonly status: number
  readonly contentType: string
  readonly location: string | undefined
  readonly authenticate: string | undefined
  readonly body: unknown
}

const known = new Set(['code', 'error', 'state', 'iss'])

/** Where a redirect goes and which parameters of RFC 6749 it carries; values only where they are names. */
const redirect = (location: string): string => {
  const url = new URL(location, 'http://studip.example.org')
  const parameters = [...url.searchParams]
    .filter(([name]) => known.has(name))
    .map(([name, value]) => (name === 'error' ? `error=${value}` : name))
  if (parameters.length > 0) return `to the client: \`${parameters.join('`, `')}\``
  return /\/(login|jsupdater|start)/.test(url.pathname) || url.pathname.includes('dispatch.php')
    ? 'to the login'
    : `to ${url.pathname}`
}

const asJson = (body: unknown): Record<string, unknown> | undefined => {
  if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  try {
    return JSON.parse(String(body)) as Record<string, unknown>
  } catch {
    return undefined
  }
}

export const describeAnswer = ({ status, contentType, location, authenticate, body }: RecordedAnswer): string => {
  if (status >= 300 && status < 400 && location) return `${status} ${redirect(location)}`
  const json = contentType.includes('json') ? asJson(body) : undefined
  if (!json)
    return status === 204 || body === '' || body === undefined
      ? `${status}`
      : `${status} ${contentType.includes('html') && !/^[A-Z][A-Za-z ]+$/.test(String(body)) ? 'page' : 'text'}`
  if (json['error'] === undefined) return `${status} JSON`
  return `${status} \`${json['error']}\`${authenticate ? `, \`WWW-Authenticate: ${authenticate.split(' ')[0]}\`` : ''}`
}

export const ofOurs = ({ status, headers, text, body }: supertest.Response): RecordedAnswer => {
  const header = (name: string) => (headers as Record<string, string | undefined>)[name]
  const contentType = header('content-type') ?? ''
  return {
    status,
    contentType,
    location: header('location'),
    authenticate: header('www-authenticate'),
    body: contentType.includes('json') ? (body as unknown) : text,
  }
}

interface LeagueAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** league.json keeps thrown errors under `thrown`. */
export const ofLeague = (recorded: {
  readonly response?: unknown
  readonly thrown?: unknown
  readonly status?: number
}): RecordedAnswer => {
  const inner = (recorded.response ?? recorded) as { thrown?: LeagueAnswer } & LeagueAnswer
  const { status, headers, body } = inner.thrown ?? inner
  const header = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  return {
    status,
    contentType: header('content-type') ?? '',
    location: header('location'),
    authenticate: header('www-authenticate'),
    body,
  }
}

export interface HttpCase {
  readonly name: string
  readonly status: number
  readonly content_type: string | null
  readonly location?: string | null
  readonly www_authenticate: string | null
  readonly body: string
}

export const ofStudip = ({ status, content_type, location, www_authenticate, body }: HttpCase): RecordedAnswer => ({
  status,
  contentType: content_type ?? '',
  location: location ?? undefined,
  authenticate: www_authenticate ?? undefined,
  body,
})
