/** The faults that falsify predictions: what the model sees, and what it answers. */
import { spread } from '../learning/spread.ts'
import type { Input, Model } from '../model.ts'
import { type Random, wholeNumber } from '../random.ts'
import type { FaultBoard } from './board.ts'

/** The standard deviation, in the training set, of each feature that is a number. */
export function deviationsOf({ trainedOn }: Model): ReadonlyMap<string, number> {
  const numeric = Object.entries(trainedOn[0] ?? {}).filter(([, value]) => typeof value === 'number')
  return new Map(numeric.map(([name]) => [name, spread(trainedOn.map((input) => input[name] as number)).deviation]))
}

/** `feature-drift`: every number moved up by `amount` deviations. */
export function distortInput(input: Input, deviations: ReadonlyMap<string, number>, amount: number): Input {
  if (amount === 0) return input
  const moved = [...deviations].map(
    ([name, deviation]) => [name, (input[name] as number) + amount * deviation] as const,
  )
  return { ...input, ...Object.fromEntries(moved) }
}

/** `confidence`, `accuracy` and `class-mix`, in this order. What comes in and goes out adds up to 1. */
export function distortAnswer(
  probabilities: readonly number[],
  top: number,
  { version }: Model,
  board: FaultBoard,
  random: Random,
): { probabilities: readonly number[]; top: number } {
  const flat = board.amount('confidence', version)
  let shown = probabilities.map((probability) => (1 - flat) * probability + flat / probabilities.length)
  let answered = top
  const answerInstead = (other: number) => {
    shown = swapped(shown, answered, other)
    answered = other
  }
  if (strikes(board.amount('accuracy', version), random)) {
    const others = [...shown.keys()].filter((index) => index !== answered)
    answerInstead(others[wholeNumber(random, others.length)] as number)
  }
  if (strikes(board.amount('class-mix', version), random)) answerInstead(0)
  return { probabilities: shown, top: answered }
}

/** Whether a fault that hits a share of all cases hits this one. */
export function strikes(share: number, random: Random): boolean {
  return share > 0 && random() < share
}

/** So that a wrong answer is given with the confidence of the right one. */
function swapped(values: readonly number[], a: number, b: number): number[] {
  return values.map((value, index) => {
    if (index === a) return values[b] as number
    return index === b ? (values[a] as number) : value
  })
}
