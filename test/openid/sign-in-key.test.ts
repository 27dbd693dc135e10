// oauth2:keys --oidc makes oidc.key and touches nothing else (D26).
import { expect } from 'chai'
import { readFile, stat } from 'node:fs/promises'
import { createPrivateKey } from 'node:crypto'
import { generateSignInKey } from '../../src/crypto/key-generation.ts'
import { freshKeys } from '../support/keys.ts'

describe('oidc.key', () => {
  it('is RSA-3072 in PKCS#8, for owner and group, and is never replaced without force', async () => {
    const dir = await freshKeys()
    const names = ['private.key', 'public.key', 'encryption_key.php']
    const others = () => Promise.all(names.map((name) => readFile(`${dir}/${name}`, 'utf8')))
    const before = await others()
    const [path = ''] = await generateSignInKey(dir)
    expect(path).to.equal(`${dir}/oidc.key`)
    const pem = await readFile(path, 'utf8')
    expect(pem).to.match(/^-----BEGIN PRIVATE KEY-----/)
    expect(createPrivateKey(pem).asymmetricKeyDetails?.modulusLength).to.equal(3072)
    expect((await stat(path)).mode & 0o777).to.equal(0o660)
    const refused = await generateSignInKey(dir).then(
      () => '',
      (error: Error) => error.name,
    )
    expect([refused, await readFile(path, 'utf8')]).to.deep.equal(['KeyFilesExistError', pem])
    await generateSignInKey(dir, { force: true })
    expect(await readFile(path, 'utf8')).not.to.equal(pem)
    expect(await others()).to.deep.equal(before)
  })
})
