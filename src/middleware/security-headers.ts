// Headers that every answer to a browser or program carries (S-024, S-026), set by helmet.
import helmet from 'koa-helmet'
import type { Middleware } from 'koa'
import type { Settings } from '../settings.ts'

/**
 * No script, nothing from elsewhere, no frame. form-action is left out on purpose: browsers apply it to the redirect
 * after the consent form too, whose target is the client's (S-025). Opener isolation and HSTS are the site's to decide.
 */
export const securityHeaders = ({ baseUrl, assetsUrl }: Pick<Settings, 'baseUrl' | 'assetsUrl'>): Middleware => {
  const assets = new URL(assetsUrl, baseUrl).origin
  const own = assets === new URL(baseUrl).origin ? ["'self'"] : ["'self'", assets]
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: own,
        imgSrc: own,
        fontSrc: own,
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginOpenerPolicy: false,
    crossOriginResourcePolicy: false,
    originAgentCluster: false,
    hsts: false,
  })
}
