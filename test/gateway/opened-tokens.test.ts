// What a sealed token says is kept while it is in use, and nothing else is.
import { expect } from 'chai'
import { bounds } from '../../src/bounds.ts'
import { createOpenedTokens } from '../../src/gateway/opened-tokens.ts'

describe('the tokens that the gateway has opened', () => {
  const token = { id: 'a', clientId: '1', userId: 'b', scopes: ['api.read'], issuedAt: 1, expiresAt: 2 }
  const scene = () => {
    const opened: string[] = []
    const key = { name: 'one' }
    const openedTokens = createOpenedTokens({
      open: (text) => {
        opened.push(text)
        return Promise.resolve(text.startsWith('good') ? { ...token, id: text } : undefined)
      },
      nameOf: (text) => Promise.resolve(`${key.name} ${text}`),
    })
    return { opened, key, openedTokens }
  }

  it('D24 are opened once under one key, each its own, and anew under another', async () => {
    const { opened, key, openedTokens } = scene()
    for (const text of ['good 1', 'good 2', 'good 1', 'good 2']) expect((await openedTokens(text))?.id).to.equal(text)
    expect(opened).to.deep.equal(['good 1', 'good 2'])
    key.name = 'two'
    await openedTokens('good 1')
    expect(opened).to.have.length(3)
  })

  it('D28 hold no place for what does not open, and none for what is too long to be a token', async () => {
    const { opened, openedTokens } = scene()
    for (let time = 0; time < 2; time++) expect(await openedTokens('bad')).to.equal(undefined)
    expect(opened).to.have.length(2)
    expect(await openedTokens(`good${'x'.repeat(bounds.credential.most)}`)).to.equal(undefined)
    expect(opened).to.have.length(2)
  })
})
