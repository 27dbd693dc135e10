// What must hold whatever happened: checked from the tables and from the answers that the applications wrote down.
import type { Knex } from 'knex'
import type { Answer, App } from './apps.ts'
import { grantOf, lineages } from './lineage.ts'

interface CodeRow {
  readonly id: string
  readonly revoked: number
}
interface AccessRow {
  readonly id: string
  readonly revoked: number
}
interface RefreshRow {
  readonly id: string
  readonly access_token_id: string
  readonly revoked: number
}

interface Facts {
  readonly answers: readonly Answer[]
  readonly codes: ReadonlyMap<string, CodeRow>
  readonly access: ReadonlyMap<string, AccessRow>
  readonly refresh: ReadonlyMap<string, RefreshRow>
}

export interface Circumstances {
  /** REFRESH_GRACE of the service; its default unless given. */
  readonly graceSeconds?: number
  /** True: token requests also reached Stud.IP's own server, which refuses in its own words. */
  readonly studipAnswers?: boolean
  /** True for an invalid_grant that the fault itself explains. */
  readonly explained?: (answer: Answer) => boolean
}

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]): ReadonlyMap<string, Row> =>
  new Map(rows.map((row) => [row.id, row]))

const read = async (knex: Knex, answers: readonly Answer[]): Promise<Facts> => ({
  answers,
  codes: byId((await knex<CodeRow>('oauth2_auth_codes').select('id', 'revoked')) as CodeRow[]),
  access: byId((await knex<AccessRow>('oauth2_access_tokens').select('id', 'revoked')) as AccessRow[]),
  refresh: byId(
    (await knex<RefreshRow>('oauth2_refresh_tokens').select('id', 'access_token_id', 'revoked')) as RefreshRow[],
  ),
})

const counts = (keys: Iterable<string>): Map<string, number> => {
  const result = new Map<string, number>()
  for (const key of keys) result.set(key, (result.get(key) ?? 0) + 1)
  return result
}
const granted = ({ answers }: Facts, kind: Answer['kind']) =>
  answers.filter((answer) => answer.kind === kind && answer.issued)

/** No code yields tokens twice, and a code that did is marked as used. */
const codesOnce = (facts: Facts): string[] => {
  const redeemed = counts(granted(facts, 'code').map(({ presentedId }) => presentedId))
  return [...redeemed].flatMap(([id, times]) => [
    ...(times > 1 ? [`code ${id} was redeemed ${times} times`] : []),
    ...(facts.codes.get(id)?.revoked === 0 ? [`code ${id} was redeemed and is still good`] : []),
  ])
}

/** A refresh token that yielded a successor is over, and so is its access token. */
const replacedAreOver = (facts: Facts): string[] =>
  granted(facts, 'refresh token').flatMap(({ presentedId }) => {
    const row = facts.refresh.get(presentedId)
    return [
      ...(row && row.revoked === 0 ? [`refresh token ${presentedId} was replaced and lives`] : []),
      ...(row && facts.access.get(row.access_token_id)?.revoked === 0
        ? [`access token of the replaced ${presentedId} lives`]
        : []),
    ]
  })

/** Every answer with tokens has its rows. */
const answersHaveRows = (facts: Facts): string[] =>
  facts.answers.flatMap(({ issued }) => {
    if (!issued) return []
    const row = facts.refresh.get(issued.refreshId)
    return [
      ...(facts.access.has(issued.accessId) ? [] : [`200 without access token row ${issued.accessId}`]),
      ...(row?.access_token_id === issued.accessId ? [] : [`200 without refresh token row ${issued.refreshId}`]),
    ]
  })

/** Pairs are stored whole. */
const pairsAreWhole = (facts: Facts): string[] => {
  const paired = new Set([...facts.refresh.values()].map((row) => row.access_token_id))
  return [
    ...[...paired].filter((id) => !facts.access.has(id)).map((id) => `refresh token without access token ${id}`),
    ...[...facts.access.keys()]
      .filter((id) => !paired.has(id))
      .map((id) => `access token without refresh token: ${id}`),
  ]
}

/** A rotation ends both halves of a pair. */
const rotationsAreWhole = ({ access, refresh }: Facts): string[] =>
  [...refresh.values()]
    .filter((row) => row.revoked === 1 && access.get(row.access_token_id)?.revoked === 0)
    .map(({ id }) => `refresh token ${id} ended and its access token did not`)

/** A used code has its pair, in its grant or under the name that Stud.IP's own server gave it, unless the grant has been revoked meanwhile. */
const usedCodesHavePairs = ({ answers, codes, access }: Facts): string[] => {
  const grants = new Set([...access.keys()].map(grantOf))
  const answered = new Set(answers.filter(({ issued }) => issued).map(({ presentedId }) => presentedId))
  return [...codes.values()]
    .filter(({ id, revoked }) => revoked === 1 && !grants.has(grantOf(id)) && !answered.has(id))
    .map(({ id }) => `code ${id} is used and nothing was issued`)
}

/** A consent has one live refresh token, and one more for each time that a used one was presented again (the grace window of D8). */
const oneLiveToken = ({ answers, refresh }: Facts): string[] => {
  const familyOf = lineages(answers)
  const live = counts([...refresh.values()].filter((row) => row.revoked === 0).map(({ id }) => familyOf(id)))
  const again = new Map<string, number>()
  for (const [id, times] of counts(
    answers.filter(({ kind }) => kind === 'refresh token').map(({ presentedId }) => presentedId),
  )) {
    again.set(familyOf(id), (again.get(familyOf(id)) ?? 0) + times - 1)
  }
  return [...live]
    .filter(([family, count]) => count > 1 + (again.get(family) ?? 0))
    .map(([family, count]) => `grant ${family} has ${count} live refresh tokens`)
}

/** What a client can make sense of: tokens, an OAuth error of its own, or "later". */
const cleanErrors = new Set(['200', '400 invalid_grant', '503 temporarily_unavailable', '429 slow_down', '0 no answer'])
/** Words of Stud.IP's own server for a code or token that is used: league's, and a page of Stud.IP 6. */
const studipErrors = new Set(['400 invalid_request', '401 invalid_request', '500 unreadable'])
const answersAreClean = ({ answers }: Facts, { studipAnswers = false }: Circumstances): string[] => {
  const isClean = (text: string, ours: boolean) =>
    cleanErrors.has(text) || (studipAnswers && !ours && studipErrors.has(text))
  return answers
    .map(({ status, error, ours }) => ({ ours, text: error === undefined ? String(status) : `${status} ${error}` }))
    .filter(({ text, ours }) => !isClean(text, ours))
    .map(({ text }) => `answer ${text}`)
}

/** Nobody is sent back to the consent page but who lost an answer: that of a code, or that of a refresh token longer ago than the grace window. */
const endsHaveReasons = (
  { answers }: Facts,
  { graceSeconds = 10, explained = () => false }: Circumstances,
): string[] => {
  const lost = new Map<string, number>()
  for (const { presentedId, sentAt, issued } of answers)
    if (!issued) lost.set(presentedId, Math.min(lost.get(presentedId) ?? Infinity, sentAt))
  // The service counts in whole seconds.
  const patience = Math.max(0, graceSeconds - 1) * 1000
  const hasReason = ({ kind, presentedId, sentAt, milliseconds }: Answer): boolean => {
    const first = lost.get(presentedId) ?? Infinity
    return first < sentAt && (kind === 'code' || sentAt + milliseconds - first >= patience)
  }
  return answers
    .filter((answer) => answer.error === 'invalid_grant' && !hasReason(answer) && !explained(answer))
    .map(
      ({ kind, presentedId, milliseconds }) =>
        `invalid_grant after ${milliseconds.toFixed(0)} ms without a reason for ${kind} ${presentedId}`,
    )
}

/** One line for each violation; none is what everything here is about. */
export const violations = async (
  knex: Knex,
  answers: readonly Answer[],
  circumstances: Circumstances = {},
): Promise<readonly string[]> => {
  const facts = await read(knex, answers)
  return [
    codesOnce,
    replacedAreOver,
    answersHaveRows,
    pairsAreWhole,
    rotationsAreWhole,
    usedCodesHavePairs,
    oneLiveToken,
    answersAreClean,
    endsHaveReasons,
  ].flatMap((check) => check(facts, circumstances))
}

/** Lets every application that has tokens use them once more: how many go on, and how many must be connected again. */
export const outcome = (apps: readonly App[]): { readonly goOn: number; readonly ended: number } => ({
  goOn: apps.filter(({ ended, refreshToken }) => !ended && refreshToken !== undefined).length,
  ended: apps.filter(({ ended }) => ended).length,
})
