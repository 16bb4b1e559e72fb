/** Multinomial logistic regression: one weighted sum per class, turned into probabilities. */
import type { Classifier, Example } from './example.ts'
import { spread } from './spread.ts'

/** `rounds` of gradient descent over all examples with step `rate`; `decay` pulls weights towards 0. */
export interface Training {
  readonly rounds: number
  readonly rate: number
  readonly decay: number
}

/** Learns without chance: the same examples give the same classifier. Columns may have any scale. */
export function trainSoftmaxRegression(
  examples: readonly Example[],
  classes: number,
  { rounds, rate, decay }: Training,
): Classifier {
  const scale = fitScale(examples.map(({ row }) => row))
  const inputs = examples.map(({ row }) => scale(row))
  const columns = inputs[0]?.length ?? 0
  const weights = Array.from({ length: classes }, () => new Float64Array(columns))
  for (let round = 0; round < rounds; round++) {
    const slopes = slopesOf(weights, inputs, examples)
    for (const [k, weight] of weights.entries()) {
      const slope = slopes[k] as Float64Array
      for (let column = 0; column < columns; column++) {
        const now = weight[column] as number
        weight[column] = now - rate * ((slope[column] as number) / inputs.length + decay * now)
      }
    }
  }
  return (row) => softmax(sums(weights, scale(row)))
}

/** How fast the loss grows with each weight. */
function slopesOf(
  weights: readonly Float64Array[],
  inputs: readonly (readonly number[])[],
  examples: readonly Example[],
): Float64Array[] {
  const slopes = weights.map((weight) => new Float64Array(weight.length))
  for (const [n, input] of inputs.entries()) {
    const probabilities = softmax(sums(weights, input))
    for (const [k, slope] of slopes.entries()) {
      const excess = (probabilities[k] as number) - (examples[n]?.label === k ? 1 : 0)
      for (const [column, value] of input.entries()) slope[column] = (slope[column] as number) + excess * value
    }
  }
  return slopes
}

function sums(weights: readonly Float64Array[], input: readonly number[]): number[] {
  return weights.map((weight) => input.reduce((sum, value, column) => sum + value * (weight[column] as number), 0))
}

function softmax(values: readonly number[]): number[] {
  const top = Math.max(...values)
  const powers = values.map((value) => Math.exp(value - top))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

/** Farther from the mean than this tells no more, and 1e308 would overflow the sums. */
const MOST_DEVIATIONS = 10

/** Brings columns to mean 0 and deviation 1 as seen in `rows`, with a column of ones in front. */
function fitScale(rows: readonly (readonly number[])[]): (row: readonly number[]) => number[] {
  const columns = (rows[0] ?? []).map((_, column) => spread(rows.map((row) => row[column] as number)))
  return (row) => [
    1,
    ...columns.map(({ mean, deviation }, column) => {
      const z = ((row[column] as number) - mean) / (deviation || 1)
      return Math.min(MOST_DEVIATIONS, Math.max(-MOST_DEVIATIONS, z))
    }),
  ]
}
