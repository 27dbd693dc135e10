// What an authorization request says beyond OAuth, checked (OpenID Connect Core §3.1.2.1, §3.1.2.2, §6).
import { bounds } from '../bounds.ts'
import {
  invalidRequest,
  registrationNotSupported,
  requestNotSupported,
  requestUriNotSupported,
} from '../oauth/errors.ts'
import { loneValue, singleParameters } from '../oauth/parameters.ts'
import type { Parameters, RawParameters } from '../oauth/types.ts'

export const prompts = ['none', 'login', 'consent', 'select_account'] as const
export type Prompt = (typeof prompts)[number]

/** Libraries for the browser ask for the fragment, as no server sees it. */
export const responseModes = ['query', 'fragment', 'form_post'] as const
export type ResponseMode = (typeof responseModes)[number]

/** Kept with the request, so that whoever comes back from a login asks for the same. */
const kept = ['nonce', 'prompt', 'max_age', 'response_mode'] as const
const lengths: ReadonlyMap<string, number> = new Map<string, number>([
  ...kept.map((name) => [name, bounds.parameter.most] as const),
  ['nonce', bounds.nonce.most],
  ['id_token_hint', bounds.credential.most],
])

/** Names of the parameters that are read here; `claims`, `display`, `login_hint`, `ui_locales` and `acr_values` change nothing. */
export const openidParameters: ReadonlySet<string> = new Set([
  ...lengths.keys(),
  'request',
  'request_uri',
  'registration',
])

export interface SignInRequest {
  readonly prompt: ReadonlySet<Prompt>
  /** Seconds that the login may be old. */
  readonly maxAge: number | undefined
  readonly responseMode: ResponseMode
  readonly idTokenHint: string | undefined
  /** What belongs to the request as it was sent. */
  readonly parameters: Parameters
}

const knownMode = (text: string | undefined): ResponseMode | undefined => responseModes.find((mode) => mode === text)

const isPrompt = (text: string): text is Prompt => prompts.some((prompt) => prompt === text)

const promptsOf = (text = ''): ReadonlySet<Prompt> => {
  const words = text.split(' ').filter((word) => word !== '')
  const known = words.filter(isPrompt)
  if (known.length < words.length)
    throw invalidRequest(`Unknown prompt. Known here: ${prompts.join(', ')}`, 'Check the prompt parameter')
  if (known.includes('none') && new Set(known).size > 1)
    throw invalidRequest('prompt=none goes with no other value.', 'Check the prompt parameter')
  return new Set(known)
}

const maxAgeOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (!/^\d{1,10}$/.test(text))
    throw invalidRequest('max_age is a whole number of seconds, of ten digits at most.', 'Check the max_age parameter')
  return Number(text)
}

/** How the client wants to be answered, whatever else is wrong with its request; `query` for what is unknown. */
export const responseModeOf = (raw: RawParameters): ResponseMode =>
  knownMode(loneValue(raw, 'response_mode')) ?? 'query'

/** True where the client wants no page, even if the request is wrong otherwise (Core §3.1.2.1). */
export const isSilent = (raw: RawParameters): boolean =>
  (raw['prompt'] ?? []).some((value) => value.split(' ').includes('none'))

/**
 * @throws OAuthError request_not_supported, request_uri_not_supported, registration_not_supported, and invalid_request for a value that cannot be right
 */
export const requestChecks = (raw: RawParameters): SignInRequest => {
  if (raw['request']?.some((value) => value !== '')) throw requestNotSupported()
  if (raw['request_uri']?.some((value) => value !== '')) throw requestUriNotSupported()
  if (raw['registration']?.some((value) => value !== '')) throw registrationNotSupported()
  const { id_token_hint: idTokenHint, ...parameters } = singleParameters(raw, lengths)
  const responseMode = knownMode(parameters['response_mode'] ?? 'query')
  if (responseMode === undefined)
    throw invalidRequest(`Known response modes: ${responseModes.join(', ')}`, 'Check the response_mode parameter')
  return {
    prompt: promptsOf(parameters['prompt']),
    maxAge: maxAgeOf(parameters['max_age']),
    responseMode,
    idTokenHint,
    parameters,
  }
}
