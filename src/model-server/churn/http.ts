/** `POST /v1/predict` and `/v2/predict`: will these customers leave? */
import type { FastifyInstance } from 'fastify'
import type { Answer } from '../model.ts'
import { type PredictionRouteDeps, predictionRoute } from '../prediction-routes.ts'
import type { Predictor } from '../predictor.ts'
import { churnClasses } from './fields.ts'
import { readCustomers } from './input.ts'

/** One object is answered by one object, a list by a list in its order. */
export function churnRoutes(app: FastifyInstance, predictors: readonly Predictor[], deps: PredictionRouteDeps): void {
  for (const predictor of predictors) {
    const { version } = predictor.model
    predictionRoute(
      app,
      {
        path: `/${version}/predict`,
        predictor,
        read: readCustomers,
        render: (answers, _latencyMs, body) => {
          const rendered = answers.map((answer) => toBody(answer, version))
          return Array.isArray(body) ? rendered : rendered[0]
        },
      },
      deps,
    )
  }
}

/** `probability` is that of leaving, whatever the prediction. */
function toBody({ id, prediction, probabilities }: Answer, version: string) {
  return {
    prediction_id: id,
    prediction,
    probability: probabilities[churnClasses.indexOf('churn')],
    model_version: version,
  }
}
