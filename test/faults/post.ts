// One form post to the token endpoint, and who answered it.

export interface TokenBody {
  readonly error?: string
  readonly access_token?: string
  readonly refresh_token?: string
}

export interface TokenReply {
  /** 0 when no answer came. */
  readonly status: number
  readonly body: TokenBody
  /** True when the service itself answered: nginx and Stud.IP's own server do not name the request. */
  readonly ours: boolean
}

// Milliseconds, as nginx has it. A worker that is killed takes connections along that were just being handed to it: nobody
// answers those, nobody closes them.
const patience = 30_000

const parsed = (text: string): TokenBody => {
  try {
    return JSON.parse(text) as TokenBody
  } catch {
    return { error: 'unreadable' }
  }
}

/** Never rejects: that no answer came is an answer here. */
export const post = async (origin: string, form: Record<string, string>): Promise<TokenReply> => {
  try {
    const response = await fetch(`${origin}/dispatch.php/api/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      signal: AbortSignal.timeout(patience),
    })
    return { status: response.status, body: parsed(await response.text()), ours: response.headers.has('x-request-id') }
  } catch {
    return { status: 0, body: { error: 'no answer' }, ours: false }
  }
}
