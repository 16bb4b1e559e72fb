/** What prediction routes of both servers have in common: measuring, counting what fails, the shape of the route. */
import type { Summary } from '@prometheus-io/client'
import type { FastifyInstance } from 'fastify'
import type { Clock } from './clock.ts'
import { mistakeOf } from './input-error.ts'
import type { ModelMetrics } from './metrics/models.ts'
import type { Answer, Input, Model } from './model.ts'
import type { Predictor } from './predictor.ts'

/** How one server counts predictions. `took`: every request that reached a model, `answered` and `failed` its end. */
export interface PredictionMetrics {
  answered(model: Model, answers: readonly Answer[]): void
  failed(model: Model, type: 'invalid_input' | 'internal_error'): void
  took(model: Model, seconds: number): void
}

export interface PredictionRouteDeps {
  readonly clock: Clock
  readonly metrics: PredictionMetrics
  readonly modelMetrics: ModelMetrics
  readonly processing: Summary
}

/** `render` makes the answer's body; `latencyMs` is the time spent so far. */
export interface PredictionRoute {
  readonly path: string
  readonly predictor: Predictor
  readonly read: (body: unknown) => readonly Input[]
  readonly render: (answers: readonly Answer[], latencyMs: number, body: unknown) => unknown
}

export function predictionRoute(app: FastifyInstance, route: PredictionRoute, deps: PredictionRouteDeps): void {
  const { path, predictor, read, render } = route
  const { model } = predictor
  const { clock, metrics, modelMetrics, processing } = deps
  app.register(async (scope) => {
    // Here and not in the handler, because a body that is no JSON never gets there.
    scope.addHook('onError', (_request, _reply, error, done) => {
      const mistake = mistakeOf(error)
      metrics.failed(model, mistake === null ? 'internal_error' : 'invalid_input')
      if (mistake !== null) modelMetrics.refused(model, mistake)
      done()
    })
    scope.post(path, async (request) => {
      const began = clock.now()
      const attempted = (failed: boolean) => {
        predictor.watch.attempted({ at: clock.now(), seconds: (clock.now() - began) / 1000, failed })
      }
      try {
        const answers = await predictor.predict(() => read(request.body))
        metrics.answered(model, answers)
        for (const answer of answers) modelMetrics.answered(model, answer)
        attempted(false)
        return render(answers, clock.now() - began, request.body)
      } catch (error) {
        if (mistakeOf(error) === null) attempted(true)
        throw error
      } finally {
        const seconds = (clock.now() - began) / 1000
        metrics.took(model, seconds)
        processing.observe(seconds)
      }
    })
  })
}
