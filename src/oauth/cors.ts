// Which web origins may call the token and revocation endpoints from a browser (D14, S-081).

/** Origins of a client's redirect URIs that a browser can send: http and https only. */
export const registeredOrigins = (redirectUris: readonly string[]): readonly string[] =>
  redirectUris.flatMap((uri) => {
    const origin = /^(https?:\/\/[^/?#\\@]+)/i.exec(uri)?.[1]
    return origin && URL.canParse(origin) ? [new URL(origin).origin] : []
  })
