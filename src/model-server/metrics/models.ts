/** What both servers export about each of their models: identity, quality, features, drift, status. */
import { Counter, type Registry } from '@prometheus-io/client'
import { type ValidationType, validationTypes } from '../input-error.ts'
import type { Answer, Model } from '../model.ts'
import type { Predictor } from '../predictor.ts'
import type { FeatureSummary } from '../watch/model-watch.ts'
import { accuracyOf, type ClassScores, scoresOf } from '../watch/scores.ts'
import { modelStatuses } from '../watch/status.ts'
import { readGauge } from './read-gauge.ts'

export interface ModelMetrics {
  answered(model: Model, answer: Answer): void
  refused(model: Model, type: ValidationType): void
}

/** Declares them; all counters start at 0, so that the first increase is seen. `now` gives epoch ms. */
export function modelMetrics(registry: Registry, predictors: readonly Predictor[], now: () => number): ModelMetrics {
  readGauge(registry, 'model_info', 'Always 1; the labels say which models are served.', identity, (set) => {
    for (const { model } of predictors) {
      set({ model_name: model.name, model_version: model.version, framework: model.framework }, 1)
    }
  })
  readGauge(
    registry,
    'model_status',
    'The status that the model is in is 1, by its last minute: degraded from 5 % failures or a p95 of 1 s, critical from 10 % or 2 s.',
    ['model_name', 'model_status'],
    (set) => {
      for (const { model, watch } of predictors) {
        const current = watch.status(now())
        for (const status of modelStatuses) {
          set({ model_name: model.name, model_status: status }, status === current ? 1 : 0)
        }
      }
    },
  )
  qualityGauges(registry, predictors)
  featureGauges(registry, predictors)
  return countersOf(registry, predictors)
}

const identity = ['model_name', 'model_version', 'framework'] as const

function qualityGauges(registry: Registry, predictors: readonly Predictor[]): void {
  readGauge(
    registry,
    'model_accuracy',
    'Share of the latest labelled predictions that were right.',
    ['model'],
    (set) => {
      for (const { model, watch } of predictors) set({ model: model.name }, accuracyOf(watch.labelled()))
    },
  )
  const perClass = (name: string, help: string, score: keyof ClassScores) =>
    readGauge(registry, name, help, ['model', 'class'], (set) => {
      for (const { model, watch } of predictors) {
        for (const one of model.classes) set({ model: model.name, class: one }, scoresOf(one, watch.labelled())[score])
      }
    })
  perClass('model_precision', 'Of the latest labelled predictions of the class, the share that was right.', 'precision')
  perClass('model_recall', 'Of the latest labelled members of the class, the share that was found.', 'recall')
  perClass('model_f1_score', 'Harmonic mean of precision and recall.', 'f1')
}

function featureGauges(registry: Registry, predictors: readonly Predictor[]): void {
  const perFeature = (part: keyof FeatureSummary, help: string) =>
    readGauge(registry, `feature_${part}`, help, ['model_name', 'feature_name'], (set) => {
      for (const { model, watch } of predictors) {
        for (const [name, summary] of watch.summaries()) {
          set({ model_name: model.name, feature_name: name }, summary[part])
        }
      }
    })
  perFeature('min', 'Least of the latest values.')
  perFeature('max', 'Greatest of the latest values.')
  perFeature('mean', 'Mean of the latest values.')
  readGauge(
    registry,
    'data_drift_score',
    'Population stability index of the latest values against the training set; above 0.2 they have drifted.',
    ['model_name', 'feature_name'],
    (set) => {
      for (const { model, watch } of predictors) {
        for (const [name, score] of watch.drifts()) set({ model_name: model.name, feature_name: name }, score)
      }
    },
  )
}

const confidenceBuckets = ['low', 'medium', 'high'] as const

function countersOf(registry: Registry, predictors: readonly Predictor[]): ModelMetrics {
  const byConfidence = new Counter({
    name: 'predictions_by_confidence_bucket_total',
    help: 'Predictions by confidence: low below 0.5, medium below 0.8, else high.',
    labelNames: ['model_name', 'confidence_bucket'],
    registers: [registry],
  })
  const invalid = new Counter({
    name: 'invalid_features_total',
    help: 'Refused requests by the first thing that is wrong with them.',
    labelNames: ['model_name', 'validation_type'],
    registers: [registry],
  })
  for (const { name } of predictors.map(({ model }) => model)) {
    for (const bucket of confidenceBuckets) byConfidence.inc({ model_name: name, confidence_bucket: bucket }, 0)
    for (const type of validationTypes) invalid.inc({ model_name: name, validation_type: type }, 0)
  }
  return {
    answered: (model, { confidence }) =>
      byConfidence.inc({ model_name: model.name, confidence_bucket: bucketOf(confidence) }),
    refused: (model, type) => invalid.inc({ model_name: model.name, validation_type: type }),
  }
}

function bucketOf(confidence: number): (typeof confidenceBuckets)[number] {
  if (confidence < 0.5) return 'low'
  return confidence < 0.8 ? 'medium' : 'high'
}
