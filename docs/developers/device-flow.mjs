// Connects a program without a browser to Stud.IP (RFC 8628), with Node alone, and asks who has allowed it:
// STUDIP=https://studip.example.org/ CLIENT_ID=1 node device-flow.mjs
import { setTimeout as sleep } from 'node:timers/promises'

const { STUDIP = 'https://studip.example.org/', CLIENT_ID = '1' } = process.env
const client = { client_id: CLIENT_ID } // a confidential client adds client_secret

const call = async (endpoint, form) => {
  const answer = await fetch(`${STUDIP}dispatch.php/api/oauth2/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams({ ...client, ...form }),
    signal: AbortSignal.timeout(20_000),
  })
  return answer.json()
}

const asked = await call('device_authorization', { scope: 'api' })
if (asked.error) throw new Error(asked.error_description)
console.log(`Open ${asked.verification_uri_complete} and compare the code ${asked.user_code}`)

const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: asked.device_code }
let interval = asked.interval
let tokens
do {
  await sleep(interval * 1_000)
  tokens = await call('token', grant)
  if (['slow_down', 'temporarily_unavailable'].includes(tokens.error)) interval += 5
  else if (tokens.error && tokens.error !== 'authorization_pending') throw new Error(tokens.error_description)
} while (tokens.error)

// Keep tokens.refresh_token where nobody else can read it.
const me = await fetch(`${STUDIP}jsonapi.php/v1/users/me`, {
  headers: { Authorization: `Bearer ${tokens.access_token}` },
})
console.log(await me.text())
