// No authorization server at all: an HTTP answer and one signature, nothing read and nothing stored. What no Node server passes.
import { webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { importPKCS8 } from 'jose'
import { serve, settings } from './peer.ts'

const key = await importPKCS8(readFileSync(`${settings.keysPath}/private.key`, 'utf8'), 'RS256')
const payload = Buffer.alloc(400, 'a')

await serve(
  (request, response) => {
    const answer = async () => {
      await text(request)
      const signature = await webcrypto.subtle.sign('RSASSA-PKCS1-v1_5', key, payload)
      const json = JSON.stringify({
        token_type: 'Bearer',
        expires_in: 3600,
        access_token: Buffer.from(signature).toString('base64url'),
        refresh_token: 'none',
      })
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) })
        .end(json)
    }
    void answer()
  },
  () => Promise.resolve('none'),
)
