// A site that shows one page of ours at a time in the skin of a built Stud.IP, over HTTP, so that browsers cache and mask as they do.
import { once } from 'node:events'
import Koa from 'koa'
import type { AddressInfo } from 'node:net'
import { securityHeaders } from '../../src/middleware/security-headers.ts'
import { iconStylesheet } from '../../src/views/icons.ts'
import { createOwnAssets } from '../../src/views/own-assets.ts'
import { publicFile, theme, type BuiltAsset } from '../support/studip-assets.ts'
import { versions } from './fixtures.ts'

/** A site with one page at a time, our assets, and Stud.IP's as a browser would find them there. */
export interface SkinSite {
  readonly url: string
  show(html: string): void
  close(): void
}

/** Starts it for one version of Stud.IP. */
export const startSkinSite = async (version: string): Promise<SkinSite> => {
  const settings = {
    baseUrl: 'https://studip.example.org/',
    assetsUrl: '/assets/',
    studipVersion: versions[version]!,
  }
  let html = ''
  let origin = ''
  const own = createOwnAssets({
    'icons.css': iconStylesheet(settings),
  })
  const answer = async (path: string): Promise<BuiltAsset | undefined> => {
    if (path === '/page') return { type: 'text/html; charset=utf-8', body: html }
    const [, name] = /\/oauth2\/assets\/(.*)/.exec(path) ?? []
    if (name !== undefined) {
      const asset = own.find(name)
      return asset && { type: asset.type, body: asset.body.toString().replaceAll('https://studip.example.org', origin) }
    }
    return path === '/assets.php/css/studip-theme' ? theme(version) : publicFile(version, path)
  }
  const site = new Koa().use(securityHeaders(settings)).use(async (ctx) => {
    const asset = await answer(ctx.path)
    if (!asset) return
    ctx.set('Cache-Control', ctx.path === '/page' ? 'no-store' : 'max-age=3600')
    ctx.type = asset.type
    ctx.body = asset.body
  })
  const server = site.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `${origin}/page`,
    show: (next) => {
      html = next
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
