/** The metrics that only the churn server exports: predictions, and what they mean in money. */
import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import { readGauge } from '../metrics/read-gauge.ts'
import type { Answer, Model } from '../model.ts'
import type { PredictionMetrics } from '../prediction-routes.ts'
import type { Predictor } from '../predictor.ts'
import { churnClasses } from './fields.ts'

const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** A customer who is about to leave and pays at least this much a month is worth a call. */
const HIGH_MONTHLY_CHARGES = 80

export function churnMetrics(registry: Registry, predictors: readonly Predictor[]): PredictionMetrics {
  const models = predictors.map(({ model }) => model)
  const predictions = new Counter({
    name: 'ml_predictions_total',
    help: 'Predictions by result; a refused or failed request counts once, with result none.',
    labelNames: ['model_version', 'prediction_result', 'status'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'ml_prediction_duration_seconds',
    help: 'Time spent on each prediction request, failed ones as well.',
    labelNames: ['model_version'],
    buckets,
    registers: [registry],
  })
  readGauge(registry, 'model_loaded', '1 while the model can be asked.', ['model_version'], (set) => {
    for (const { model, loaded } of predictors) set({ model_version: model.version }, loaded ? 1 : 0)
  })
  for (const { version: model_version } of models) {
    for (const prediction_result of churnClasses) {
      predictions.inc({ model_version, prediction_result, status: 'success' }, 0)
    }
    predictions.inc({ model_version, prediction_result: 'none', status: 'error' }, 0)
    duration.zero({ model_version })
  }
  const business = businessMetrics(registry, models)
  return {
    answered: (model, answers) => {
      for (const answer of answers) {
        const { prediction: prediction_result } = answer
        predictions.inc({ model_version: model.version, prediction_result, status: 'success' })
        business(model, answer)
      }
    },
    failed: (model) => predictions.inc({ model_version: model.version, prediction_result: 'none', status: 'error' }),
    took: (model, seconds) => duration.observe({ model_version: model.version }, seconds),
  }
}

function businessMetrics(registry: Registry, models: readonly Model[]): (model: Model, answer: Answer) => void {
  const highValue = new Counter({
    name: 'high_value_predictions_total',
    help: `Customers predicted to leave who pay ${HIGH_MONTHLY_CHARGES} or more a month.`,
    labelNames: ['model_name'],
    registers: [registry],
  })
  const revenue = new Counter({
    name: 'predicted_revenue_impact_total',
    help: "A year's charges of the customers asked about, by prediction.",
    labelNames: ['model_name', 'prediction_class'],
    registers: [registry],
  })
  for (const { name: model_name } of models) {
    highValue.inc({ model_name }, 0)
    for (const prediction_class of churnClasses) revenue.inc({ model_name, prediction_class }, 0)
  }
  return ({ name: model_name }, { input, prediction }) => {
    const monthly = input.MonthlyCharges as number
    if (prediction === 'churn' && monthly >= HIGH_MONTHLY_CHARGES) highValue.inc({ model_name })
    revenue.inc({ model_name, prediction_class: prediction }, 12 * monthly)
  }
}
