// In place of Stud.IP's icons and avatars, which are not ours to ship: a disc in their colour with the first letter of their name.
import type { Context } from 'koa'

/** Paths below BASE. */
export const pictures =
  /^assets\/images\/(?:icons\/(?<colour>[a-z]+)\/|avatars\/(?:[a-z]+\/)?)(?<letter>[a-z])[\w-]*\.(?:svg|webp|png)$/

const colours: Readonly<Record<string, string>> = { blue: '#28497c', green: '#008512', red: '#d60000', white: '#fff' }

/** An SVG, whatever the name ends in: browsers go by the type. */
export const picture = (ctx: Context, path: string): void => {
  const { colour = 'blue', letter = '' } = pictures.exec(path)?.groups ?? {}
  const fill = colours[colour] ?? '#555'
  ctx.type = 'image/svg+xml'
  ctx.body = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="${fill}"/><text x="8" y="11.5" font-family="sans-serif" font-size="10" text-anchor="middle" fill="${colour === 'white' ? '#28497c' : '#fff'}">${letter.toUpperCase()}</text></svg>`
}
