// bin/demo --check, Sign in with Stud.IP: through the portal of the demo, in and out (D26).
import { setTimeout as sleep } from 'node:timers/promises'
import { users, demoPassword } from '../fixtures/users.ts'
import { createVisitor } from '../support/visitor.ts'
import { startPortal } from './demo-portal.ts'
import type { DemoServer } from './demo-server.ts'
import type { Walked } from './stage.ts'

/** Runs one step and reports it. */
export type Step = <T>(what: string, work: () => Promise<T>) => Promise<T>

/** Makes the key, registers the portal, and starts it: what an operator does to offer it. */
export const openPortal = async (stage: Walked): Promise<DemoServer> => {
  await stage.command('oauth2:keys', '--oidc')
  // The service looks for changed key files every second or two.
  const discovery = async () => (await fetch(`${stage.issuer}/.well-known/openid-configuration`)).ok
  for (let look = 0; look < 600 && !(await discovery()); look += 1) await sleep(100)
  const client = await stage.command<{ id: string; secret: string }>(
    'oauth2:client:add',
    ...['--name', 'Demo-Portal', '--owner', 'Demo', '--homepage', 'https://demo.example'],
    ...['--redirect', 'http://127.0.0.1/callback', '--redirect', 'http://127.0.0.1/'],
  )
  return startPortal({ issuer: stage.issuer, clientId: client.id, clientSecret: client.secret })
}

/** Where a page of the portal leads. */
const leads = async (url: string): Promise<string> => {
  const answer = await fetch(url, { redirect: 'manual' })
  const location = answer.headers.get('location')
  if (location === null) throw new Error(`no way on from ${url}: ${await answer.text()}`)
  return location
}

const shown = async (url: string): Promise<string> => (await fetch(url)).text()

export async function checkSignIn(stage: Walked, version: '6.0' | '5.4', step: Step): Promise<void> {
  const portal = await step('bin/studip oauth2:keys --oidc, and the portal', () => openPortal(stage))
  try {
    const visitor = createVisitor(stage.url)
    await step('sign in with Stud.IP: login → consent → claims at the portal', async () => {
      const login = await visitor.get(await leads(`${portal.url}sign-in`))
      const consent = await visitor.submit(login, 'Login', { loginname: users.autor.username, password: demoPassword })
      const { leftFor = '' } = await visitor.submit(consent, 'allow')
      const page = await shown(leftFor)
      for (const text of ['Welcome, Ada Autorin!', users.autor.user_id, 'email_verified'])
        if (!page.includes(text)) throw new Error(`the portal says nothing of ${text}, at ${leftFor}: ${page}`)
    })
    await step('sign out: out of Stud.IP by a click, and back at the portal', async () => {
      const ask = await visitor.get(await leads(`${portal.url}sign-out`))
      if (!ask.html.includes('Demo-Portal')) throw new Error(`nobody asks at ${ask.url} (${ask.status})`)
      const end = await (version === '6.0'
        ? visitor.post(`${stage.url}dispatch.php/logout`, { logout: '' })
        : visitor.get(`${stage.url}logout.php`))
      if (end.leftFor !== portal.url) throw new Error(`went to ${end.leftFor ?? end.hops.join(' ')}`)
      const page = await visitor.get(`${stage.url}dispatch.php/profile`)
      if (!page.html.includes('name="loginname"') || !(await shown(portal.url)).includes('not signed in'))
        throw new Error('somebody is still logged in')
    })
  } finally {
    await portal.stop()
  }
}
