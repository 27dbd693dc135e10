// GET resume: back from Stud.IP's login, on to the request that waits (contract §4.3 step 5).
import type { Middleware } from 'koa'
import type { Bounce } from '../studip/bounce.ts'
import { redirectTo } from '../middleware/redirect.ts'

/** No gate here: the page that the redirect leads to asks it. */
export const resume = ({ bounce }: { bounce: Pick<Bounce, 'resume'> }): Middleware =>
  async function resume(ctx) {
    const { location, setCookies } = await bounce.resume({ cookieHeader: ctx.get('Cookie') || undefined })
    for (const cookie of setCookies) ctx.append('Set-Cookie', cookie)
    ctx.set('Cache-Control', 'no-store')
    redirectTo(ctx, location, 302)
  }
