/** Rows about any model: how right it is, what it is sent, and how it is. */
import type { Row } from './board.ts'
import { barGauge, stateTimeline, timeSeries } from './panel.ts'
import { inRange, rate, share } from './promql.ts'
import { states } from './state.ts'
import { table } from './table.ts'

const chosen = 'model_name=~"$model"'

const drift = `data_drift_score{${chosen}}`
/** The same ten lines from one end of the panel to the other. */
const mostDrifted = `${drift} and topk(10, max_over_time(${drift}[$__range] @ end()))`

export const quality: Row = {
  title: 'Quality against the truth',
  panels: [
    timeSeries({
      title: 'Accuracy',
      description:
        'Over the last 200 labels of each model. A slow fall asks for training, a sudden one for the last change.',
      unit: 'percentunit',
      width: 10,
      max: 1,
      queries: [{ expr: 'max by (model) (model_accuracy{model=~"$model"})', legend: '{{model}}' }],
      alerts: ['ModelAccuracyDegraded', 'ModelAccuracyDrop'],
    }),
    table(
      {
        title: 'Precision, recall and F1 by class',
        description: 'Low precision: the class is named too often. Low recall: it is missed.',
        unit: 'percentunit',
        width: 8,
        decimals: 1,
        queries: ['precision', 'recall', 'f1_score'].map((score) => ({
          expr: `max by (model, class) (model_${score}{model=~"$model"})`,
          legend: score,
        })),
      },
      {
        labels: { model: 'Model', class: 'Class' },
        values: [{ head: 'Precision' }, { head: 'Recall' }, { head: 'F1' }],
      },
    ),
    barGauge({
      title: 'Predictions by confidence',
      description: 'Share of the predictions in the time shown: low is below 0.5, medium below 0.8, high is the rest.',
      unit: 'percentunit',
      width: 6,
      min: 0,
      max: 1,
      queries: ['low', 'medium', 'high'].map((bucket) => ({
        expr: share(
          inRange(`predictions_by_confidence_bucket_total{${chosen}, confidence_bucket="${bucket}"}`),
          inRange(`predictions_by_confidence_bucket_total{${chosen}}`),
        ),
        legend: bucket,
      })),
    }),
  ],
}

const invalid = `invalid_features_total{${chosen}}`
const valid = `predictions_by_confidence_bucket_total{${chosen}}`

export const inputs: Row = {
  title: 'Inputs',
  panels: [
    timeSeries({
      title: 'Drift by feature',
      description:
        'Population stability index of the last 300 inputs against the training set: what drifts first names the cause.',
      unit: 'short',
      width: 10,
      min: 0,
      decimals: 2,
      queries: [{ expr: mostDrifted, legend: '{{model_name}} {{feature_name}}' }],
      alerts: ['DataDriftDetected'],
    }),
    timeSeries({
      title: 'Invalid inputs',
      description: 'Share of the requests that were refused for their features. The sender has changed, or is broken.',
      unit: 'percentunit',
      width: 7,
      min: 0,
      queries: [
        {
          expr: share(
            rate(invalid, ['model_name']),
            `(${rate(invalid, ['model_name'])} + ${rate(valid, ['model_name'])})`,
          ),
          legend: '{{model_name}}',
        },
      ],
      alerts: ['InvalidFeaturesHigh'],
    }),
    timeSeries({
      title: 'Invalid inputs by what is wrong',
      description: 'The first thing that is wrong with each refused request.',
      unit: 'reqps',
      width: 7,
      min: 0,
      queries: [{ expr: rate(invalid, ['validation_type']), legend: '{{validation_type}}' }],
    }),
    table(
      {
        title: 'Latest values by feature',
        description: 'What was sent lately. A minimum or maximum that makes no sense is an error of the sender.',
        unit: 'short',
        width: 24,
        decimals: 2,
        queries: [
          ...['min', 'mean', 'max'].map((part) => ({
            expr: `max by (model_name, feature_name) (feature_${part}{${chosen}})`,
            legend: part,
          })),
          { expr: `max by (model_name, feature_name) (data_drift_score{${chosen}})`, legend: 'drift' },
        ],
      },
      {
        labels: { model_name: 'Model', feature_name: 'Feature' },
        values: [{ head: 'Minimum' }, { head: 'Mean' }, { head: 'Maximum' }, { head: 'Drift' }],
        greatestFirst: 'Drift',
      },
    ),
  ],
}

export const models: Row = {
  title: 'Models',
  panels: [
    stateTimeline({
      title: 'Status',
      description:
        'Degraded from 5 % errors or a p95 of 1 s, critical from 10 % or 2 s, by the last minute of each model.',
      unit: 'short',
      width: 14,
      height: 6,
      queries: [
        {
          expr: `max by (model_name) (model_status{model_status="degraded", ${chosen}} or 2 * (model_status{model_status="critical", ${chosen}}))`,
          legend: '{{model_name}}',
        },
      ],
      mappings: states({ 0: ['Healthy', 'green'], 1: ['Degraded', 'orange'], 2: ['Critical', 'red'] }),
      seeAlso: ['ModelStatusDegraded', 'ModelStatusCritical'],
    }),
    table(
      {
        title: 'Served',
        description: 'Which versions answer.',
        unit: 'short',
        width: 10,
        height: 6,
        queries: [{ expr: `model_info{${chosen}}`, legend: '' }],
      },
      {
        labels: { model_name: 'Model', model_version: 'Version', framework: 'Framework', service: 'Service' },
        values: [null],
      },
    ),
  ],
}
