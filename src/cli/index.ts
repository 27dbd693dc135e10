// What the program starts with: the service at once, every other command by way of the whole command line.
// The shell may stand in the folder of a release that is gone: there nothing starts, and no file is found.
try {
  process.cwd()
} catch {
  process.chdir('/')
}

const [command, ...options] = process.argv.slice(2)
if (command === 'oauth2:serve' && options.length === 0) await (await import('./serve-alone.ts')).serveAlone()
else await import('./interpret.ts')
