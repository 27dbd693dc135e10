// response_mode=form_post: the same parameters, posted by the browser (OAuth 2.0 Form Post Response Mode §2).

export interface PostedResponse {
  readonly action: string
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** The form for a response whose location is this redirect URI with parameters behind it. */
export const formPostOf = (location: string, redirectUri: string): PostedResponse => ({
  action: redirectUri,
  fields: [...new URLSearchParams(location.slice(redirectUri.length + 1))],
})
