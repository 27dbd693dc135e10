// A person with a browser that knows cookies, redirects and forms and nothing else: for tests and demo without Chromium.

export interface Page {
  readonly status: number
  readonly url: string
  readonly html: string
  readonly headers: Headers
  /** Addresses on the way here, the first is the one that was asked for. */
  readonly hops: readonly string[]
  /** Where a redirect pointed that leaves the site: it is not followed. */
  readonly leftFor: string | undefined
}

export interface Visitor {
  get(url: string): Promise<Page>
  post(url: string, form: Readonly<Record<string, string>>): Promise<Page>
  /** Fills in and sends the form of the page that has this button (by name), with its hidden fields. */
  submit(page: Page, button: string, fields?: Readonly<Record<string, string>>): Promise<Page>
  /** Cookies by name, as they would be sent to that URL. */
  cookies(url: string): Readonly<Record<string, string>>
  setCookie(url: string, cookie: string): void
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

/** A fresh visitor without cookies. Redirects within the origin of `site` are followed, at most 15. */
export function createVisitor(site: string, extraHeaders: Readonly<Record<string, string>> = {}): Visitor {
  let jar: Cookie[] = []
  const origin = new URL(site).origin
  const matching = (url: string): Cookie[] => {
    const { pathname } = new URL(url)
    return jar
      .filter(({ path }) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .sort((a, b) => b.path.length - a.path.length)
  }
  const setCookie = (url: string, text: string): void => {
    const [pair = '', ...attributes] = text.split(/;\s*/)
    const [name = '', value = ''] = pair.split(/=(.*)/s)
    const attribute = (key: string): string | undefined =>
      attributes.find((entry) => entry.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1)
    const path = attribute('path') ?? new URL(url).pathname.replace(/\/[^/]*$/, '') + '/'
    jar = jar.filter((cookie) => cookie.name !== name || cookie.path !== path)
    const expires = attribute('expires')
    const gone = attribute('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now())
    if (!gone) jar.push({ name, value, path })
  }
  const request = async (url: string, init: RequestInit, hops: readonly string[] = []): Promise<Page> => {
    const cookie = matching(url)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...extraHeaders, ...(cookie && { cookie }), ...(init.headers as Record<string, string>) },
    })
    for (const text of response.headers.getSetCookie()) setCookie(url, text)
    const location = response.headers.get('location')
    const html = await response.text()
    const way = [...hops, url]
    const target =
      location === null || response.status < 300 || response.status > 399 ? undefined : new URL(location, url)
    if (target && target.origin === origin && way.length <= 15) return request(target.href, { method: 'GET' }, way)
    return { status: response.status, url, html, headers: response.headers, hops: way, leftFor: target?.href }
  }
  const post = (url: string, form: Readonly<Record<string, string>>): Promise<Page> =>
    request(url, { method: 'POST', body: new URLSearchParams(form), headers: { origin } })
  return {
    get: (url) => request(url, { method: 'GET' }),
    post,
    setCookie,
    cookies: (url) => Object.fromEntries(matching(url).map(({ name, value }) => [name, value])),
    submit(page, button, fields = {}) {
      const form = [...page.html.matchAll(/<form[^>]*>.*?<\/form>/gs)]
        .map(([text]) => text)
        .find((text) => new RegExp(`name="${button}"`).test(text))
      if (!form)
        throw new Error(
          `no form with a button ${button} at ${page.url} (status ${page.status}):\n${page.html.slice(0, 2000)}`,
        )
      const hidden = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(
        ([input]) => [attributeOf(input, 'name'), attributeOf(input, 'value')] as const,
      )
      return post(new URL(attributeOf(form, 'action') || page.url, page.url).href, {
        ...Object.fromEntries(hidden),
        [button]: '',
        ...fields,
      })
    },
  }
}

const attributeOf = (tag: string, name: string): string =>
  unescapeHtml(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '')

const unescapeHtml = (text: string): string =>
  text
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex: string, digits: string) =>
      String.fromCodePoint(parseInt(digits, hex ? 16 : 10)),
    )
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
