// GET resume: back from Stud.IP's login.
import type { Middleware } from 'koa'
import { basePath, type Settings } from '../settings.ts'
import { redirectTo } from './redirect.ts'

export const resume = ({ settings }: { settings: Settings }): Middleware => function resume(ctx) {
  redirectTo(ctx, `${basePath(settings)}dispatch.php/start`, 302)
}
