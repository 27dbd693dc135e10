// What the program starts with: the service at once, every other command by way of the whole command line.
const [command, ...options] = process.argv.slice(2)
if (command === 'oauth2:serve' && options.length === 0) await (await import('./serve-alone.ts')).serveAlone()
else await import('./interpret.ts')
