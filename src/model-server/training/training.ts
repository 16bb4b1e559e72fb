/** A training run: the models of one server, how long it took, and how good they are. */
import type { ServerName } from '../fault/faults.ts'
import { accuracy } from '../learning/example.ts'
import { trainAndHoldOut } from '../models.ts'

/** What is known of one model when the run is over. */
export interface TrainingResult {
  /** As in `model_name`. */
  readonly model: string
  /** Share of right answers on examples that it did not learn from. */
  readonly accuracy: number
  /** Of the whole run; the versions of a model are trained in one. */
  readonly durationSeconds: number
  /** Epoch ms. */
  readonly finishedAt: number
}

/** `now` is epoch ms. Always the same models; takes up to a second. */
export function runTraining(server: ServerName, now: () => number): TrainingResult[] {
  const began = now()
  const trained = trainAndHoldOut(server)
  const finishedAt = now()
  return trained.map(({ model, heldOut }) => ({
    model: model.name,
    accuracy: accuracy(model.classify, heldOut),
    durationSeconds: (finishedAt - began) / 1_000,
    finishedAt,
  }))
}
