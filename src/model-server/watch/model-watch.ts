/** What is remembered of one model's latest work; the gauges are read off this at each scrape. */
import type { Answer, Input, Model } from '../model.ts'
import { type Reference, referenceOf, stabilityIndex } from './drift.ts'
import { RollingWindow } from './rolling.ts'
import type { Labelled } from './scores.ts'
import { type Attempt, type ModelStatus, statusOf } from './status.ts'

/** Windows count items, not time, so that they mean the same under any traffic; attempts are cut to a minute as well. */
const sizes = { labelled: 200, inputs: 300, confidences: 100, attempts: 5_000 }

/** Fewer tell of chance only: until then there is no accuracy, and no drift. */
const FEWEST_LABELLED = 30
const FEWEST_INPUTS = 100

export interface FeatureSummary {
  readonly min: number
  readonly max: number
  readonly mean: number
}

export class ModelWatch {
  readonly #references: ReadonlyMap<string, Reference>
  readonly #labelled = new RollingWindow<Labelled>(sizes.labelled)
  readonly #inputs = new RollingWindow<Input>(sizes.inputs)
  readonly #confidences = new RollingWindow<number>(sizes.confidences)
  readonly #attempts = new RollingWindow<Attempt>(sizes.attempts)

  constructor({ trainedOn }: Model) {
    const names = Object.keys(trainedOn[0] ?? {})
    this.#references = new Map(names.map((name) => [name, referenceOf(valuesOf(trainedOn, name))]))
  }

  answered(answer: Answer): void {
    this.#inputs.add(answer.input)
    this.#confidences.add(answer.confidence)
  }

  /** Only what the model is to blame for counts as failed: a client's mistake is no attempt at all. */
  attempted(attempt: Attempt): void {
    this.#attempts.add(attempt)
  }

  wasLabelled(labelled: Labelled): void {
    this.#labelled.add(labelled)
  }

  /** Empty until there is enough to speak of. */
  labelled(): readonly Labelled[] {
    const labelled = this.#labelled.items()
    return labelled.length < FEWEST_LABELLED ? [] : labelled
  }

  status(now: number): ModelStatus {
    return statusOf(this.#attempts.items(), now)
  }

  /** Mean of the latest confidences; null before the first answer. */
  confidence(): number | null {
    const confidences = this.#confidences.items()
    return confidences.length === 0 ? null : mean(confidences)
  }

  /** Of each feature that is a number; empty before the first answer. */
  summaries(): ReadonlyMap<string, FeatureSummary> {
    const inputs = this.#inputs.items()
    const numeric = Object.entries(inputs[0] ?? {}).filter(([, value]) => typeof value === 'number')
    return new Map(numeric.map(([name]) => [name, summarise(valuesOf(inputs, name) as number[])]))
  }

  /** The population stability index of each feature; empty until there is enough to speak of. */
  drifts(): ReadonlyMap<string, number> {
    const inputs = this.#inputs.items()
    if (inputs.length < FEWEST_INPUTS) return new Map()
    return new Map(
      [...this.#references].map(([name, reference]) => [name, stabilityIndex(reference, valuesOf(inputs, name))]),
    )
  }
}

function valuesOf(inputs: readonly Input[], name: string): (number | string)[] {
  return inputs.map((input) => input[name] as number | string)
}

function summarise(values: readonly number[]): FeatureSummary {
  return { min: Math.min(...values), max: Math.max(...values), mean: mean(values) }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
