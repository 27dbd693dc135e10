// The checks of an authorization request, in both phases, with clients in memory.
import { expect } from 'chai'
import fc from 'fast-check'
import { checkRequest, findTarget, requestQuery, stateOf } from '../../src/oauth/authorization-request.ts'
import { TargetError } from '../../src/oauth/target-error.ts'
import { OAuthError } from '../../src/oauth/errors.ts'
import { isClientId } from '../../src/oauth/grant-id.ts'
import { bounds } from '../../src/bounds.ts'
import type { Client } from '../../src/oauth/types.ts'
import { parseForm } from '../../src/oauth/raw-parameters.ts'

const client: Client = {
  id: '1',
  name: 'App',
  secretHash: '$2y$10$x',
  changedAt: 1,
  redirectUris: ['https://app.example.org/cb'],
  description: '',
  owner: '',
  homepage: '',
}
const publicClient: Client = { ...client, id: '2', secretHash: null }
const clients = { find: (id: string) => Promise.resolve([client, publicClient].find((one) => one.id === id)) }
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const faultOf = async (query: string): Promise<string> => {
  try {
    await findTarget(parseForm(query), clients)
    return 'none'
  } catch (error) {
    expect(error).to.be.instanceOf(TargetError)
    return (error as TargetError).fault
  }
}

const check = (query: string, who = client, pkcePlain = true) =>
  checkRequest(
    parseForm(`response_type=code&${query}`),
    { client: who, redirectUri: 'https://app.example.org/cb', requestedRedirectUri: undefined },
    { pkcePlain, scopes: ['api', 'api.read'] },
  )

const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'none'
  } catch (error) {
    expect(error).to.be.instanceOf(OAuthError)
    expect((error as OAuthError).description).to.match(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    return (error as OAuthError).code
  }
}

describe('authorization request: client and redirect URI', () => {
  for (const id of [
    '01',
    '1abc',
    '%201',
    '1%20',
    '+1',
    '1.0',
    '1e0',
    '0x1',
    '-1',
    '0',
    '1%00',
    '%EF%BC%91',
    '1%0A',
    '18446744073709551616',
    '9'.repeat(400),
  ]) {
    it(`S-009 client_id=${id.slice(0, 30)} finds no client`, async () => {
      expect(await faultOf(`client_id=${id}&redirect_uri=https://app.example.org/cb`)).to.equal('unknown-client')
    })
  }

  it('S-009 only digits without a leading zero up to 2^64-1 are an id', () => {
    expect(isClientId('18446744073709551615')).to.be.true
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 65n }), (n) => {
        expect(isClientId(String(n))).to.equal(n < 2n ** 64n)
      }),
    )
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => !/^[1-9][0-9]*$/.test(text)),
        (text) => {
          expect(isClientId(text)).to.be.false
        },
      ),
    )
  })

  it('S-010 a repeated client_id or redirect_uri is malformed, also when one of the two is empty', async () => {
    for (const query of [
      'client_id=1&client_id=1',
      'client_id=1&client_id=',
      'client_id=1&redirect_uri=https://app.example.org/cb&redirect_uri=https://app.example.org/cb',
      'client_id=1&redirect_uri=&redirect_uri=',
    ]) {
      expect(await faultOf(query), query).to.equal('malformed')
    }
  })

  it('S-010 an empty client_id is none, an empty redirect_uri means the only registered one', async () => {
    expect(await faultOf('client_id=')).to.equal('malformed')
    expect(await faultOf('')).to.equal('malformed')
    expect(await faultOf('client_id=1&redirect_uri=')).to.equal('none')
  })

  it('S-001 another redirect URI has no target', async () => {
    expect(await faultOf('client_id=1&redirect_uri=https://app.example.org/cb/')).to.equal('redirect-uri-mismatch')
  })
})

describe('authorization request: everything else', () => {
  const cases: readonly (readonly [string, string, string, Client?, boolean?])[] = [
    ['S-012', 'scope=openid', 'invalid_scope'],
    ['S-012', 'scope=api+admin', 'invalid_scope'],
    ['S-012', 'scope=API', 'invalid_scope'],
    ['S-012', 'scope=api%09', 'invalid_scope'],
    ['S-012', 'scope=api+api', 'none'],
    ['S-012', 'scope=api.read+api', 'none'],
    ['S-012', 'scope=+', 'none'],
    ['S-012', 'scope=profile', 'invalid_scope'],
    ['S-012', 'scope=', 'none'],
    ['S-010', 'state=a&state=b', 'invalid_request'],
    ['S-010', 'scope=api&scope=api', 'invalid_request'],
    ['S-010', 'response_type=code', 'invalid_request'],
    ['S-010', `code_challenge=${challenge}&code_challenge=${challenge}&code_challenge_method=S256`, 'invalid_request'],
    ['S-010', 'code_challenge=', 'invalid_request', publicClient],
    [
      'S-011',
      'prompt=none&response_mode=form_post&request_uri=https://evil.example&client_id[]=2&__proto__=x&constructor=y',
      'none',
    ],
    ['S-011', `request=${'e'.repeat(6000)}`, 'none'],
    ['S-014', '', 'invalid_request', publicClient],
    ['S-014', '', 'none'],
    ['S-014', `code_challenge=${challenge}&code_challenge_method=S256`, 'none', publicClient],
    ['S-015', `code_challenge=${challenge.slice(1)}`, 'invalid_request'],
    ['S-015', `code_challenge=${'a'.repeat(129)}`, 'invalid_request'],
    ['S-015', `code_challenge=${'a'.repeat(128)}`, 'none'],
    ['S-015', `code_challenge=${challenge}%3D`, 'invalid_request'],
    ['S-015', `code_challenge=${challenge}%0A`, 'invalid_request'],
    ['S-015', `code_challenge=${'%C3%A4'.repeat(43)}`, 'invalid_request'],
    ...['s256', 'S512', 'PLAIN', 'none', 'S256+', 'plain%00'].map(
      (method) => ['S-015', `code_challenge=${challenge}&code_challenge_method=${method}`, 'invalid_request'] as const,
    ),
    ['S-015', 'code_challenge_method=S256', 'invalid_request'],
    ['S-016', `code_challenge=${challenge}&code_challenge_method=plain`, 'invalid_request', client, false],
    ['S-016', `code_challenge=${challenge}`, 'invalid_request', client, false],
    ['S-016', `code_challenge=${challenge}&code_challenge_method=`, 'invalid_request', publicClient, false],
    ['S-016', `code_challenge=${challenge}&code_challenge_method=S256`, 'none', client, false],
  ]
  for (const [number, query, code, who = client, plain = true] of cases) {
    it(`${number} ${who.secretHash ? 'confidential' : 'public'}${plain ? '' : ', plain off'}: ${query.slice(0, 90)} → ${code}`, () => {
      expect(codeOf(() => check(query, who, plain))).to.equal(code)
    })
  }

  it('C4 without a scope, or with none but blanks, a request asks for api', () => {
    for (const query of ['', 'scope=', 'scope=+', 'scope=api', 'scope=api++api'])
      expect(check(query).scopes, query).to.deep.equal(['api'])
    expect(check('scope=api.read').scopes).to.deep.equal(['api.read'])
    expect(check('scope=api.read+api').scopes).to.deep.equal(['api.read', 'api'])
  })

  it('S-012 invalid_scope lists the scopes that are offered here', () => {
    expect(() => check('scope=profile')).to.throw('Offered here: api api.read')
  })

  it('S-016 with plain on, an absent method means plain, never S256', () => {
    expect(check(`code_challenge=${challenge}`).codeChallenge).to.deep.equal({ challenge, method: 'plain' })
    expect(check(`code_challenge=${challenge}&code_challenge_method=`).codeChallenge).to.deep.equal({
      challenge,
      method: 'plain',
    })
    expect(check(`code_challenge=${challenge}&code_challenge_method=S256`).codeChallenge).to.deep.equal({
      challenge,
      method: 'S256',
    })
  })

  for (const [type, code] of [
    ['token', 'unsupported_response_type'],
    ['id_token', 'unsupported_response_type'],
    ['code+token', 'unsupported_response_type'],
    ['Code', 'unsupported_response_type'],
    ['', 'invalid_request'],
  ] as const) {
    it(`S-008 response_type=${type} → ${code}`, () => {
      expect(
        codeOf(() =>
          checkRequest(
            parseForm(`response_type=${type}`),
            { client, redirectUri: 'x:', requestedRedirectUri: undefined },
            { pkcePlain: true, scopes: ['api'] },
          ),
        ),
      ).to.equal(code)
    })
  }

  it('S-010 an empty or repeated state is not returned, a long one neither', () => {
    expect(stateOf(parseForm('state='))).to.be.undefined
    expect(stateOf(parseForm('state=a&state=a'))).to.be.undefined
    expect(stateOf(parseForm(`state=${'a'.repeat(bounds.parameter.most)}`))).to.have.length(bounds.parameter.most)
    expect(stateOf(parseForm(`state=${'a'.repeat(bounds.parameter.most + 1)}`))).to.be.undefined
  })

  it('B16 its query, written anew, asks for exactly the same', () => {
    const state = fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), { nil: undefined })
    const more = fc.constantFrom('', '&scope=api', `&code_challenge=${challenge}&code_challenge_method=S256`)
    const uri = fc.constantFrom(undefined, 'https://app.example.org/cb')
    fc.assert(
      fc.property(state, more, uri, (sent, rest, requestedRedirectUri) => {
        const target = { client, redirectUri: 'https://app.example.org/cb', requestedRedirectUri }
        const query = `response_type=code${sent === undefined ? '' : `&${new URLSearchParams({ state: sent })}`}${rest}`
        const request = checkRequest(parseForm(query), target, { pkcePlain: true, scopes: ['api'] })
        const again = parseForm(requestQuery(request))
        expect(checkRequest(again, target, { pkcePlain: true, scopes: ['api'] })).to.deep.equal(request)
        expect(again['redirect_uri']?.[0]).to.equal(requestedRedirectUri)
        expect(again['client_id']).to.deep.equal([client.id])
      }),
    )
  })

  it('S-090 whatever is asked, the error speaks printable ASCII', () => {
    const name = fc.oneof(
      fc.constantFrom('response_type', 'scope', 'state', 'code_challenge', 'code_challenge_method'),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'binary' }))), fc.boolean(), (pairs, plain) => {
        codeOf(() =>
          check(
            new URLSearchParams(pairs.map(([key, value]): [string, string] => [key, value])).toString(),
            publicClient,
            plain,
          ),
        )
      }),
      { numRuns: 1000 },
    )
  })
})
