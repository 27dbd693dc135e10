// Mocha's own output, the closing line that bin/test prints (passed, failed with hooks, skipped), and the seconds of each file.
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import Mocha from 'mocha'

/** Seconds of each file's tests and hooks, the longest first; DURATIONS_FILE names where to, and has them while the run goes on. */
const writeDurations = (runner: Mocha.Runner, file: string): void => {
  const milliseconds = new Map<string, number>()
  const add = ({ file: name, duration = 0 }: Mocha.Runnable): void => {
    if (name) milliseconds.set(name, (milliseconds.get(name) ?? 0) + duration)
  }
  runner.on('test end', add).on('hook end', add)
  runner.on('suite end', () => {
    const longestFirst = [...milliseconds].sort(([, a], [, b]) => b - a)
    const lines = longestFirst.map(([name, of]) => `${(of / 1000).toFixed(1).padStart(7)} ${relative('.', name)}\n`)
    writeFileSync(file, lines.join(''))
  })
}

class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options)
    let [passed, failed, skipped] = [0, 0, 0]
    runner
      .on('pass', () => passed++)
      .on('fail', (_, error: Error & { readonly file?: string }) => {
        failed++
        // With --parallel, a file that could not be loaded or whose process ended; Mocha itself names neither.
        if (error.file) console.error(`${relative('.', error.file)} could not be run to its end: ${error.message}`)
      })
      .on('pending', () => skipped++)
    const durations = process.env['DURATIONS_FILE']
    if (durations) writeDurations(runner, durations)
    // It comes again for each file of those.
    runner.on('end', () => {
      // A run without a single test proves nothing.
      if (passed + failed === 0) failed = 1
      const file = process.env['SUMMARY_FILE']
      if (file) writeFileSync(file, `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
    })
  }
}

// Mocha finds reporters by their default export.
export default Reporter
