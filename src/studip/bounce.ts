// Where somebody goes who is not (fully) logged in: for now the page that asks to log in and to go on (contract §4.2 E).

export const createBounce = (_deps: { derive: (label: string) => Promise<Buffer> } & Record<string, unknown>) => ({
  start: (): Promise<{ kind: 'fallback' }> => Promise.resolve({ kind: 'fallback' }),
  arrived: (): readonly string[] => [],
})
