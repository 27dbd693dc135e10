// Who shares a limit with whom, through nginx: addresses, sessions, networks of IPv6 (A6, S-116).
import { expect } from 'chai'
import { startNginx, type RunningNginx } from '../support/nginx.ts'
import { send, startEcho, type Echo } from './echo.ts'

/** What comes of each, a hundred at a time. */
const pooled = async <T>(count: number, one: (index: number) => Promise<T>): Promise<readonly T[]> => {
  const found: T[] = []
  let next = 0
  const several = async (): Promise<void> => {
    while (next < count) found.push(await one(next++))
  }
  await Promise.all(Array.from({ length: 100 }, several))
  return found
}

const sessionOf = (number: number): string => number.toString(16).padStart(32, '0')

describe('limits of nginx', () => {
  let sidecar: Echo, nginx: RunningNginx
  const start = async (rate?: 'one a second') =>
    startNginx({
      ...(rate && { rate }),
      sidecar: sidecar.address,
      php: sidecar.address,
      http: 'set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;',
    })
  before(async () => {
    sidecar = await startEcho('sidecar')
  })
  // An nginx for each test: what the one before has used up of a burst is nobody's to know.
  beforeEach(async () => {
    nginx = await start()
  })
  afterEach(() => nginx.stop())
  after(() => sidecar.stop())

  /** Statuses of `count` requests, 40 at a time; `of` says from where the nth comes and with which cookies. */
  async function statuses(
    count: number,
    of: (index: number) => { readonly address: string; readonly cookie?: string },
    path = 'authorize',
  ): Promise<readonly number[]> {
    return pooled(count, async (index) => {
      const { address, cookie } = of(index)
      const headers = { 'x-test-address': address, ...(cookie !== undefined && { cookie }) }
      return (await send(nginx.port, `/dispatch.php/api/oauth2/${path}`, { headers })).status
    })
  }
  const refused = (all: readonly number[]): number => all.filter((status) => status === 429).length
  const everybody = (all: readonly number[]): unknown => expect(new Set(all)).to.deep.equal(new Set([200]))

  for (const name of ['Studip_Session', 'Seminar_Session']) {
    it(`S-116 A6 counts sessions apart behind one address: ${name}`, async () => {
      const own = (index: number) => ({ address: '192.0.2.1', cookie: `a=b; ${name}=${sessionOf(index)}` })
      everybody(await statuses(400, own))
      expect(refused(await statuses(400, () => own(0)))).to.be.greaterThan(0)
      everybody(await statuses(20, (index) => own(1000 + index)))
      // The same session elsewhere is somebody else: nobody can use up what belongs to others.
      everybody(await statuses(20, () => ({ ...own(0), address: '192.0.2.2' })))
    })
  }

  it('S-116 counts an IPv6 /64 as one, and the next one apart', async () => {
    const cookie = `Studip_Session=${sessionOf(1)}`
    const inside = (index: number) => ({ address: `2001:db8:0:1:${index.toString(16)}::${index + 1}`, cookie })
    expect(refused(await statuses(400, inside))).to.be.greaterThan(0)
    everybody(await statuses(20, (index) => ({ address: `2001:db8:0:${(index + 2).toString(16)}::1`, cookie })))
  })

  it('S-116 counts IPv4 addresses apart, also where a socket for both writes them as IPv6', async () => {
    const cookie = `Studip_Session=${sessionOf(1)}`
    for (const prefix of ['', '::ffff:']) {
      everybody(await statuses(400, (index) => ({ address: `${prefix}198.51.${index >> 8}.${index & 255}`, cookie })))
    }
    expect(refused(await statuses(400, () => ({ address: '::ffff:203.0.113.1', cookie })))).to.be.greaterThan(0)
  })

  it('S-116 A6 counts whoever has no session by address alone, and so whoever sends what is none', async () => {
    for (const cookie of ['', 'Studip_Session=', 'Studip_Session=x', `Studip_Session=${'g'.repeat(32)}`, 'x=y']) {
      const all = await statuses(100, () => ({ address: '192.0.2.9', cookie }))
      everybody(all)
    }
    const junk = (index: number) => ({ address: '192.0.2.9', cookie: `Studip_Session=junk${index}` })
    const [first, second] = [await statuses(60, junk), await statuses(60, () => ({ address: '192.0.2.9' }))]
    everybody([...first, ...second])
  })

  it('S-116 limits an address also by itself, however many sessions it invents', async () => {
    const many = await Promise.all(
      Array.from({ length: 900 }, (_, index) =>
        send(nginx.port, '/dispatch.php/api/oauth2/authorize', {
          headers: { 'x-test-address': '192.0.2.7', cookie: `Studip_Session=${sessionOf(index)}` },
        }).then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    )
    const begin = performance.now()
    await statuses(300, (index) => ({ address: '192.0.2.7', cookie: `Studip_Session=${sessionOf(index)}` }))
    // Delayed rather than refused: three hundred more take longer than a second, however fast the machine is.
    expect(refused(many) > 0 || performance.now() - begin > 1000).to.equal(true)
  })

  it('S-116 A6 a flood from one place stops at nginx: from all of a /48, by style sheets and junk tokens as by anything else, each counted apart', async () => {
    await nginx.stop()
    nginx = await start('one a second')
    const burst = 2_500
    const floods: Readonly<Record<string, string>> = {
      assets: '/dispatch.php/api/oauth2/assets/oauth2.css',
      questions: '/jsonapi.php/v1/users/me',
      clients: '/dispatch.php/api/oauth2/jwks',
    }
    const ask = (path: string, address: string) =>
      send(nginx.port, path, {
        headers: { 'x-test-address': address, authorization: 'Bearer a.b.c.d.e', origin: 'https://app.example' },
      })
    for (const path of Object.values(floods)) {
      const before = sidecar.count()
      const all = await pooled(burst + 300, (index) => ask(path, `2001:db8:1:${index.toString(16)}::1`))
      const busy = all.filter(({ status }) => status === 429)
      // Some more pass for the seconds that this takes; a question is two requests here, whose one echo is service and Stud.IP.
      expect(busy.length, path).to.be.within(1, 300)
      expect(sidecar.count() - before).to.equal((all.length - busy.length) * (path === floods['questions'] ? 2 : 1))
      expect(busy[0]?.headers['retry-after']).to.equal('10')
      if (path === floods['questions']) {
        expect(busy[0]?.headers['content-type']).to.equal('application/vnd.api+json')
        expect(busy[0]?.headers['access-control-allow-origin']).to.equal('https://app.example')
        expect(JSON.parse(busy[0]?.body ?? '')).to.have.nested.property('errors[0].code', 'slow_down')
      }
      for (const address of ['2001:db8:2::1', '192.0.2.1', '::ffff:192.0.2.2'])
        expect((await ask(path, address)).status, path).to.equal(200)
    }
  })

  it('S-116 A6 counts style sheets and pictures for nobody', async () => {
    everybody(await statuses(2000, () => ({ address: '192.0.2.8' }), 'assets/oauth2.css'))
    everybody(await statuses(20, () => ({ address: '192.0.2.8' })))
  })
})
