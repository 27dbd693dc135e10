// GET requests as bytes on the wire.

const prefix = '/dispatch.php/api/oauth2/'

/** To a path below our prefix, or to an absolute one. */
export const get = (path: string, headers: Readonly<Record<string, string>> = {}): string =>
  [
    `GET ${path.startsWith('/') ? path : prefix + path} HTTP/1.1`,
    ...Object.entries({ Host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n')

/** The same few bytes for everybody: what an answer of the service costs by itself. */
export const jwksRequest = get('jwks')
