// The recipes of docs/sign-in as they stand there, with the addresses and the client of the test.
import { readFile } from 'node:fs/promises'

export interface Registered {
  /** Public URL of Stud.IP, with trailing slash. */
  readonly studip: string
  readonly clientId: string
  readonly clientSecret: string
}

/** The code blocks of one page; `origin` is where the application runs, without a slash at its end. */
export const recipe = async (
  page: string,
  { studip, clientId, clientSecret }: Registered,
  origin: string,
): Promise<readonly string[]> => {
  const text = await readFile(new URL(`../../../docs/sign-in/${page}.md`, import.meta.url), 'utf8')
  return [...text.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, block = '']) =>
    block
      .replaceAll('https://studip.example.org/', studip)
      .replaceAll('https://app.example.org', origin)
      .replaceAll('<client id>', clientId)
      .replaceAll('<client secret>', clientSecret)
      .replaceAll('<a long random text>', 'long-and-random'),
  )
}

/** A relying party that runs. */
export interface Running {
  /** Without a slash at the end. */
  readonly origin: string
  readonly log: () => string
  stop(): Promise<void>
}

export type Start = (registered: Registered, port: number) => Promise<Running>
