// Medians and percentiles.

export interface Percentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 ? at(sorted, 0.5) : (at(sorted, 0.5) + (sorted[middle - 1] ?? NaN)) / 2
}

export const percentiles = (values: readonly number[]): Percentiles => {
  const sorted = Float64Array.from(values).sort()
  const list = sorted as unknown as readonly number[]
  return { p50: at(list, 0.5), p90: at(list, 0.9), p99: at(list, 0.99), max: sorted.at(-1) ?? NaN }
}

/** [percentile, value] for the given shares, for curves. */
export const percentileSteps = (values: readonly number[], shares: readonly number[]): [number, number][] => {
  const sorted = [...values].sort((a, b) => a - b)
  return shares.map((share) => [share * 100, share === 0.5 ? median(values) : at(sorted, share)])
}
