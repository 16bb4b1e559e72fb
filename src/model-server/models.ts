/** The models of each server. */
import { trainChurn } from './churn/model.ts'
import type { ServerName } from './fault/faults.ts'
import { trainIris } from './iris/model.ts'
import type { Model } from './model.ts'

/** Always the same; takes up to a second. */
export function trainModels(server: ServerName): Model[] {
  const trained = server === 'iris' ? [trainIris()] : trainChurn()
  return trained.map(({ model }) => model)
}
