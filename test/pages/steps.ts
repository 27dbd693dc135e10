// Steps of the page tests over HTTP: a logged-in browser that follows forms by their hidden fields.
import type { Response } from 'supertest'
import { users } from '../fixtures/users.ts'
import { hiddenFields, logIn, type TestApp } from '../support/app.ts'

export interface Visitor {
  get(path: string): Promise<Response>
  /** Opens the page at `from` and submits one of its forms with more fields; keeps cookies as a browser does. */
  submit(from: string, to: string, fields?: Readonly<Record<string, string>>): Promise<Response>
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>
  /** Follows a redirect to our own pages. */
  follow(response: Response): Promise<Response>
}

const jarOf = (session: string) => {
  const cookies = new Map<string, { value: string; path: string }>()
  return {
    keep: (response: Response): void => {
      for (const line of (response.headers['set-cookie'] as unknown as string[] | undefined) ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        const path = /; Path=([^;]*)/i.exec(line)?.[1] ?? '/'
        if (value === '' || /Max-Age=0/i.test(line)) cookies.delete(name)
        else cookies.set(name, { value, path })
      }
    },
    for: (path: string): string =>
      [
        session,
        ...[...cookies]
          .filter(([, cookie]) => path.startsWith(cookie.path))
          .map(([name, { value }]) => `${name}=${value}`),
      ].join('; '),
  }
}

/** A browser with the session of this user; paths are relative to `dispatch.php/`. */
export const visit = async (app: TestApp, user: { readonly user_id: string } = users.root): Promise<Visitor> => {
  const jar = jarOf(await logIn(app, user))
  const at = (path: string) => (path.startsWith('/') ? path : `${app.base}dispatch.php/${path}`)
  const visitor: Visitor = {
    get: async (path) => {
      const response = await app.http.get(at(path)).set('Cookie', jar.for(at(path)))
      jar.keep(response)
      return response
    },
    post: async (path, fields, headers = {}) => {
      const response = await app.http
        .post(at(path))
        .set('Cookie', jar.for(at(path)))
        .set(headers)
        .type('form')
        .send(new URLSearchParams(fields).toString())
      jar.keep(response)
      return response
    },
    submit: async (from, to, fields = {}) => {
      const page = await visitor.get(from)
      return visitor.post(to, { ...hiddenFields(page.text), ...fields })
    },
    follow: (response) => visitor.get(response.headers['location'] as string),
  }
  return visitor
}

/** What a root admin types for a sound client. */
export const typedClient = (changes: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  name: 'Campus App',
  redirect: 'https://client.example.org/cb',
  description: 'Stundenplan',
  confidentiality: 'confidential',
  owner: 'Rechenzentrum',
  homepage: 'https://rz.example.org/',
  admin_notes: 'Ticket 4711',
  ...changes,
})
