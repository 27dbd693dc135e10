// Did somebody go there? A page of another site can make a browser ask for our pages, with its cookies, as a picture or in a frame.
import type { Context } from 'koa'

/** False for a page in a frame, a picture, a program or a guess of the browser (S-131). Old browsers do not tell. */
export const isVisit = (ctx: Context): boolean =>
  ctx.method === 'GET' && ['', 'document'].includes(ctx.get('Sec-Fetch-Dest')) && ctx.get('Sec-Purpose') === ''
