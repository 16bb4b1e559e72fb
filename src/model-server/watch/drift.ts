/** How far what comes in has moved from what a model learned from: the population stability index. */

type Value = number | string

/** The bins of one feature, and how many of the values it was made from fell into each. */
export interface Reference {
  readonly binOf: (value: Value) => number
  readonly counts: readonly number[]
}

/** Few, so that the chance in a few hundred values stays far below 0.2, from which on people speak of drift. */
const BINS = 5

/** Bins of equal count for numbers; for choices one bin each, and one for what was never seen. */
export function referenceOf(values: readonly Value[]): Reference {
  const { binOf, bins } = values.every(isNumber) ? quantileBins(values) : choiceBins(values)
  return { binOf, counts: countBins(values, binOf, bins) }
}

/**
 * Sum over the bins of (actual − expected) × ln(actual ÷ expected), as shares. 0: the same spread; up to 0.1 nothing to
 * speak of; above 0.2 drift. Half a value is added to each bin, so that an empty one is finite.
 */
export function stabilityIndex({ binOf, counts }: Reference, values: readonly Value[]): number {
  const expected = toShares(counts)
  const actual = toShares(countBins(values, binOf, counts.length))
  return actual.reduce((sum, share, bin) => {
    const before = expected[bin] as number
    return sum + (share - before) * Math.log(share / before)
  }, 0)
}

interface Bins {
  readonly binOf: Reference['binOf']
  readonly bins: number
}

function quantileBins(values: readonly number[]): Bins {
  const sorted = [...values].sort((a, b) => a - b)
  const edges = Array.from({ length: BINS - 1 }, (_, n) => sorted[Math.floor(((n + 1) * sorted.length) / BINS)])
  const limits = [...new Set(edges)] as number[]
  const binOf = (value: Value) => {
    const bin = limits.findIndex((limit) => (value as number) < limit)
    return bin === -1 ? limits.length : bin
  }
  return { binOf, bins: limits.length + 1 }
}

function choiceBins(values: readonly Value[]): Bins {
  const choices = new Map([...new Set(values)].map((value, bin) => [value, bin]))
  return { binOf: (value) => choices.get(value) ?? choices.size, bins: choices.size + 1 }
}

function countBins(values: readonly Value[], binOf: Reference['binOf'], bins: number): number[] {
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) {
    const bin = binOf(value)
    counts[bin] = (counts[bin] as number) + 1
  }
  return counts
}

function toShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count + 0.5, 0)
  return counts.map((count) => (count + 0.5) / total)
}

function isNumber(value: Value): value is number {
  return typeof value === 'number'
}
