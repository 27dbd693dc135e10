// GET resume: back from Stud.IP, on to the request that waits (contract §4.3 step 5).
import type { Context, Middleware } from 'koa'
import type { Bounce } from '../studip/bounce-answer.ts'
import { redirectTo } from '../middleware/redirect.ts'
import type { Verdict } from '../studip/verdict.ts'

/** nginx/locations.conf adds it where the start page was asked for. Anybody may: it only says what not to count. */
const cameByStartPage = (ctx: Context): boolean => ctx.query['from'] === 'start'

/** Admits nobody: the page that the redirect leads to asks the gate itself. Behind recognise(). */
export const resume = ({ bounce }: { bounce: Pick<Bounce, 'resume'> }): Middleware =>
  async function resume(ctx) {
    const { location, setCookies } = await bounce.resume({
      verdict: (ctx.state as { verdict: Verdict }).verdict,
      cookieHeader: ctx.get('Cookie') || undefined,
      referer: ctx.get('Referer') || undefined,
      byStartPage: cameByStartPage(ctx),
    })
    for (const cookie of setCookies) ctx.append('Set-Cookie', cookie)
    ctx.set('Cache-Control', 'no-store')
    redirectTo(ctx, location, 302)
  }
