/** One model at work: waits and fails as the faults want, predicts, and remembers what it answered. */
import { type Clock, wait } from './clock.ts'
import type { FaultBoard } from './fault/board.ts'
import { deviationsOf, distortAnswer, distortInput, strikes } from './fault/distort.ts'
import { InputError } from './input-error.ts'
import { likeliest } from './learning/example.ts'
import type { Answer, Input, Model } from './model.ts'
import type { Random } from './random.ts'
import type { Feedback } from './watch/feedback.ts'
import { ModelWatch } from './watch/model-watch.ts'

export interface PredictorDeps {
  readonly board: FaultBoard
  readonly feedback: Feedback
  readonly clock: Clock
  readonly random: Random
  /** A new prediction's id, never given before. */
  readonly newId: () => string
}

/** What a prediction that stalls waits: longer than what is promised (500 ms), within the next bucket of the histograms. */
const STALL_SECONDS = 0.8

/** The model cannot answer, which is not the client's doing. */
class PredictionError extends Error {
  readonly statusCode: 500 | 503

  constructor(statusCode: 500 | 503, message: string) {
    super(message)
    this.name = 'PredictionError'
    this.statusCode = statusCode
  }
}

export class Predictor {
  readonly model: Model
  readonly watch: ModelWatch
  readonly #deviations: ReadonlyMap<string, number>
  readonly #deps: PredictorDeps

  constructor(model: Model, deps: PredictorDeps) {
    this.model = model
    this.watch = new ModelWatch(model)
    this.#deviations = deviationsOf(model)
    this.#deps = deps
  }

  get loaded(): boolean {
    return this.#deps.board.amount('unload', this.model.version) === 0
  }

  /** One answer per input. Throws an InputError or a PredictionError; then nothing is remembered. */
  async predict(read: () => readonly Input[]): Promise<Answer[]> {
    await this.#delay()
    if (!this.loaded) throw new PredictionError(503, `The model ${this.model.name} is not loaded.`)
    if (this.#strikes('errors')) throw new PredictionError(500, 'The model failed (the fault "errors" is on).')
    if (this.#strikes('invalid-features')) {
      throw new InputError('nan_values', 'A value is not a number (the fault "invalid-features" is on).')
    }
    return read().map((input) => this.#answer(input))
  }

  async #delay(): Promise<void> {
    const { board, clock } = this.#deps
    const seconds = board.amount('latency', this.model.version) + (this.#strikes('stalls') ? STALL_SECONDS : 0)
    if (seconds > 0) await wait(clock, seconds * 1000)
  }

  #strikes(fault: 'errors' | 'invalid-features' | 'stalls'): boolean {
    return strikes(this.#deps.board.amount(fault, this.model.version), this.#deps.random)
  }

  #answer(asked: Input): Answer {
    const { model } = this
    const { board, random, newId, feedback } = this.#deps
    const input = distortInput(asked, this.#deviations, board.amount('feature-drift', model.version))
    const learned = model.classify(model.toRow(input))
    const { probabilities, top } = distortAnswer(learned, likeliest(learned), model, board, random)
    const prediction = model.classes[top] as string
    const answer = { id: newId(), input, prediction, probabilities, confidence: probabilities[top] as number }
    feedback.remember(answer.id, { model, prediction })
    this.watch.answered(answer)
    return answer
  }
}
