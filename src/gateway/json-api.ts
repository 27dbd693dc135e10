// Where Stud.IP's JSON:API is, and what it looks like from outside.

const decoded = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

/**
 * Whether this path, as it was sent, leads to the JSON:API and nowhere else: with dot segments in it, that would depend
 * on who reads it. `basePath` has a leading and a trailing slash.
 */
export const isJsonApi = (path: string, basePath: string): boolean => {
  const segments =
    decoded(path)
      ?.split('/')
      .filter((segment) => segment !== '') ?? []
  const script = [...(decoded(basePath) ?? basePath).split('/').filter((segment) => segment !== ''), 'jsonapi.php']
  return script.every((segment, at) => segments[at] === segment) && !segments.some((one) => one === '.' || one === '..')
}

/** The protected resource (RFC 9728 §1): the address that every path of the API begins with. */
export const jsonApiOf = (baseUrl: string): string => `${baseUrl}jsonapi.php/v1`
