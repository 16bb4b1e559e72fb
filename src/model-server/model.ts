/** What a server knows of a model, whatever it learned and how. */
import type { Classifier, Example } from './learning/example.ts'

/** One thing to classify, as the request names it: a flower, a customer. */
export type Input = Readonly<Record<string, number | string>>

export interface Model {
  /** Unique over both servers; the label `model_name`, and `model`. */
  readonly name: string
  readonly version: string
  /** The kind of model, as `model_info` shows it. */
  readonly framework: string
  readonly classes: readonly string[]
  /** What it learned from: what comes in later is compared with this. */
  readonly trainedOn: readonly Input[]
  readonly toRow: (input: Input) => number[]
  readonly classify: Classifier
}

/** `heldOut`: what it did not learn from, to measure it by. */
export interface TrainedModel {
  readonly model: Model
  readonly heldOut: readonly Example[]
}

/** What was answered for one input. `probabilities`: one per class of the model. */
export interface Answer {
  readonly id: string
  readonly input: Input
  readonly prediction: string
  readonly probabilities: readonly number[]
  /** Probability of the prediction. */
  readonly confidence: number
}
