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
    ],
  })
