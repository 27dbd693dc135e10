// oauth2:serve without options, as systemd starts it: what reads options and speaks to people is loaded only when it cannot start.

/** Runs the service until it is told to stop, then ends this process; a fault is told in the words of every other command. */
export const serveAlone = async (): Promise<void> => {
  try {
    const { startService } = await import('../server/start.ts')
    await startService()
  } catch (error) {
    const { tellFault } = await import('./perform.ts')
    tellFault(error)
  } finally {
    setImmediate(() => process.exit())
  }
}
