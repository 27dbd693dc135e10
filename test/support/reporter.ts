// Mocha's own output, and the closing line that bin/test prints: passed, failed (hooks included), skipped.
import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'

class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options)
    let [passed, failed, skipped] = [0, 0, 0]
    runner
      .on('pass', () => passed++)
      .on('fail', () => failed++)
      .on('pending', () => skipped++)
    runner.once('end', () => {
      // A run without a single test proves nothing.
      if (passed + failed === 0) failed = 1
      const file = process.env['SUMMARY_FILE']
      if (file) writeFileSync(file, `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
    })
  }
}

// Mocha finds reporters by their default export.
export default Reporter
