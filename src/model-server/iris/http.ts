/** `POST /predict`: which iris is it? */
import type { FastifyInstance } from 'fastify'
import { type PredictionRouteDeps, predictionRoute } from '../prediction-routes.ts'
import type { Predictor } from '../predictor.ts'
import { readIrisInput } from './input.ts'

export function irisRoutes(app: FastifyInstance, predictor: Predictor, deps: PredictionRouteDeps): void {
  predictionRoute(
    app,
    {
      path: '/predict',
      predictor,
      read: (body) => [readIrisInput(body)],
      render: ([answer], latencyMs) => ({
        prediction_id: answer?.id,
        prediction: answer?.prediction,
        confidence: answer?.confidence,
        model_version: predictor.model.version,
        latency_ms: Math.round(latencyMs * 1000) / 1000,
      }),
    },
    deps,
  )
}
