/** `POST /feedback`: what the truth was. `GET /health`: which models there are and how they are. */
import type { FastifyInstance } from 'fastify'
import { InputError, readObject } from '../input-error.ts'
import type { Predictor } from '../predictor.ts'
import type { Feedback } from './feedback.ts'

export interface WatchDeps {
  readonly predictors: readonly Predictor[]
  readonly feedback: Feedback
  readonly now: () => number
}

export function watchRoutes(app: FastifyInstance, { predictors, feedback, now }: WatchDeps): void {
  app.post('/feedback', (request, reply) => {
    const { prediction_id: id, label } = readObject(request.body, 'The body')
    if (typeof id !== 'string') throw new InputError('malformed_body', 'prediction_id is not a string.')
    const remembered = feedback.find(id)
    if (remembered === null) {
      return reply.code(404).send({ error: 'No prediction with this id waits for a label: unknown, old, or labelled.' })
    }
    const { model, prediction } = remembered
    const truth = model.classes.find((name) => name === label)
    if (truth === undefined) {
      throw new InputError('unknown_category', `label is none of ${model.classes.join(', ')}.`)
    }
    feedback.forget(id)
    predictors.find((predictor) => predictor.model === model)?.watch.wasLabelled({ prediction, truth })
    return { model: model.name, prediction, label: truth, correct: prediction === truth }
  })

  app.get('/health', () => ({
    status: 'ok',
    models: predictors.map(({ model, watch, loaded }) => ({
      name: model.name,
      version: model.version,
      framework: model.framework,
      loaded,
      status: watch.status(now()),
    })),
  }))
}
