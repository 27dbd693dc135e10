// A real Chromium for tests, without the background traffic of its own.
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

// The same engine without a desktop around takes a third of the processor time.
const [shell, whole] = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** Debian's Chromium; end it with `close()`. `CHROMIUM` names another binary, e.g. the whole one where both are. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? (existsSync(shell) ? shell : whole),
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
