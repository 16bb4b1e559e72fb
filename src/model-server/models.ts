/** The models of each server. */
import { trainChurn } from './churn/model.ts'
import type { ServerName } from './fault/faults.ts'
import { trainIris } from './iris/model.ts'
import type { Model, TrainedModel } from './model.ts'

/** Always the same; takes up to a second. */
export function trainModels(server: ServerName): Model[] {
  return trainAndHoldOut(server).map(({ model }) => model)
}

/** The same models, each with what it did not learn from. */
export function trainAndHoldOut(server: ServerName): readonly TrainedModel[] {
  return server === 'iris' ? [trainIris()] : trainChurn()
}
