/** The metrics that only the iris server exports. */
import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import { readGauge } from '../metrics/read-gauge.ts'
import type { PredictionMetrics } from '../prediction-routes.ts'
import type { Predictor } from '../predictor.ts'

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5]

export function irisMetrics(registry: Registry, { model, watch }: Predictor): PredictionMetrics {
  const identity = { model_name: model.name, model_version: model.version }
  const named = ['model_name', 'model_version'] as const
  const predictions = new Counter({
    name: 'predictions_total',
    help: 'Predictions by the class that was answered.',
    labelNames: [...named, 'class'],
    registers: [registry],
  })
  const latency = new Histogram({
    name: 'prediction_latency_seconds',
    help: 'Time spent on each prediction, failed ones as well.',
    labelNames: named,
    buckets,
    registers: [registry],
  })
  const errors = new Counter({
    name: 'prediction_errors_total',
    help: 'Requests without a prediction, by who is to blame.',
    labelNames: [...named, 'error_type'],
    registers: [registry],
  })
  readGauge(registry, 'prediction_confidence', 'Mean confidence of the latest predictions.', named, (set) => {
    set(identity, watch.confidence())
  })
  for (const one of model.classes) predictions.inc({ ...identity, class: one }, 0)
  for (const type of ['invalid_input', 'internal_error']) errors.inc({ ...identity, error_type: type }, 0)
  latency.zero(identity)
  return {
    answered: (_model, answers) => {
      for (const { prediction } of answers) predictions.inc({ ...identity, class: prediction })
    },
    failed: (_model, type) => errors.inc({ ...identity, error_type: type }),
    took: (_model, seconds) => latency.observe(identity, seconds),
  }
}
