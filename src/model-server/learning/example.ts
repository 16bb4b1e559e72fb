/** What models learn from and are measured by: rows of numbers with the number of their class. */
import { type Random, shuffled } from '../random.ts'

/** `row`: one number per column. `label`: index of the true class. */
export interface Example {
  readonly row: readonly number[]
  readonly label: number
}

/** One probability per class; they add up to 1. */
export type Classifier = (row: readonly number[]) => number[]

/** Splits in random order: `share` of the items to learn from, the rest held out. */
export function split<T>(items: readonly T[], share: number, random: Random): { learn: T[]; heldOut: T[] } {
  const mixed = shuffled(items, random)
  const cut = Math.round(mixed.length * share)
  return { learn: mixed.slice(0, cut), heldOut: mixed.slice(cut) }
}

/** Share of the examples whose likeliest class is the true one. */
export function accuracy(classify: Classifier, examples: readonly Example[]): number {
  const right = examples.filter(({ row, label }) => likeliest(classify(row)) === label)
  return right.length / examples.length
}

/** Index of the greatest probability; the first of equals. */
export function likeliest(probabilities: readonly number[]): number {
  return probabilities.indexOf(Math.max(...probabilities))
}
