// A real Chromium for tests, without the background traffic of its own.
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

// The same engine without a desktop around takes a third of the processor time.
const [shell, whole] = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** Milliseconds for what a page is to come to: a busy machine is slow, not wrong. Half of what Mocha gives a test. */
const patience = 300_000

/** Debian's Chromium; end it with `close()`. `CHROMIUM` names another binary, e.g. the whole one where both are. */
export const launchChromium = async (): Promise<Browser> => {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? (existsSync(shell) ? shell : whole),
    timeout: patience,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // An application with a web address of its own, at whatever port of this machine.
      '--host-resolver-rules=MAP app.example.org 127.0.0.1',
    ],
  })
  return browser.on('context', (context) => context.setDefaultTimeout(patience))
}
