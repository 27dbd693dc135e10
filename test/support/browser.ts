// A real Chromium for tests, without the background traffic of its own.
import { chromium, type Browser } from 'playwright-core'

/** Debian's Chromium; end it with `close()`. `CHROMIUM` names another binary. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
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
