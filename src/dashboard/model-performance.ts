/** How good the models are: what they answer, how fast, how sure, how right, and whether their inputs still look the same. */
import { board, type Row } from './board.ts'
import { inputs, models, quality } from './model-quality.ts'
import { gauge, pie, stat, timeSeries } from './panel.ts'
import { inRange, quantile, rate, share } from './promql.ts'
import { trainingRow } from './training.ts'
import { labelVariable } from './variable.ts'

const iris = 'job="model-server"'
const answered = `predictions_total{${iris}}`
const failed = `prediction_errors_total{${iris}}`
const errorShare = share(rate(failed), `(${rate(failed)} + ${rate(answered)})`)
const p95 = quantile(0.95, 'prediction_latency_seconds', iris)

export const modelPerformance = () =>
  board({
    uid: 'ml-model-performance',
    title: 'ML model performance',
    description: 'The iris classifier in detail; quality, inputs, status and training of every model.',
    about: 'service=~"model-server|ml-api"',
    variables: [labelVariable('model', { title: 'Model', label: 'model_name', series: 'model_info' })],
    rows: [now, predictions, latencyAndErrors, quality, inputs, models, trainingRow],
  })

const now: Row = {
  title: 'Iris now',
  panels: [
    stat({
      title: 'Prediction rate',
      description: 'Successful predictions. Below the limit the callers are gone or cannot reach the server.',
      unit: 'reqps',
      width: 4,
      queries: [{ expr: rate(answered), legend: 'predictions' }],
      alerts: ['LowPredictionThroughput'],
    }),
    stat({
      title: 'Error rate',
      description: 'Share of the requests that got no prediction: invalid input and failures of the server together.',
      unit: 'percentunit',
      width: 4,
      queries: [{ expr: errorShare, legend: 'errors' }],
      alerts: ['HighPredictionErrorRate'],
    }),
    stat({
      title: 'Latency p95',
      description: '19 of 20 predictions are faster. Orange is slow, red is too slow for whoever waits.',
      unit: 's',
      width: 4,
      queries: [{ expr: p95, legend: 'p95' }],
      alerts: ['HighPredictionLatency', 'HighInferenceLatency'],
    }),
    gauge({
      title: 'Confidence',
      description:
        'Mean confidence of the latest predictions. A model that becomes unsure sees what it was not trained for.',
      unit: 'percentunit',
      width: 4,
      min: 0,
      max: 1,
      queries: [{ expr: `avg(prediction_confidence{${iris}})`, legend: 'confidence' }],
      alerts: ['LowModelConfidence'],
    }),
    stat({
      title: 'Accuracy',
      description: 'Share of the latest labelled predictions that were right. Known once 30 labels have come.',
      unit: 'percentunit',
      width: 4,
      queries: [{ expr: `min(model_accuracy{${iris}})`, legend: 'accuracy' }],
      alerts: ['ModelAccuracyDegraded', 'ModelAccuracyDrop'],
    }),
    stat({
      title: 'Uptime',
      description: 'Since the server started. A small number that nobody expects is a crash.',
      unit: 's',
      width: 4,
      decimals: 1,
      queries: [{ expr: `min(time() - process_start_time_seconds{${iris}})`, legend: 'uptime' }],
      seeAlso: ['ModelServerDown'],
    }),
  ],
}

const predictions: Row = {
  title: 'Iris predictions',
  panels: [
    timeSeries(
      {
        title: 'Predictions by class',
        description: 'The colours should keep their proportions: a class that grows at the cost of another is drift.',
        unit: 'reqps',
        width: 10,
        min: 0,
        queries: [{ expr: rate(answered, ['class']), legend: '{{class}}' }],
      },
      { stacked: true },
    ),
    pie({
      title: 'Class distribution',
      description: 'Predictions of each class in the time shown. The flowers it was trained on are a third each.',
      unit: 'short',
      decimals: 0,
      width: 6,
      queries: [{ expr: inRange(answered, ['class']), legend: '{{class}}' }],
    }),
    timeSeries({
      title: 'Setosa: distance of its share from 0.33',
      description:
        'By the last hour. Beyond the limit the world, or what is sent, is not what the model was trained on.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      queries: [
        {
          expr: `abs(${share(
            `sum(increase(predictions_total{${iris}, class="setosa"}[1h]))`,
            `sum(increase(${answered}[1h]))`,
          )} - 0.33)`,
          legend: 'distance',
        },
      ],
      alerts: ['PredictionDistributionDrift'],
    }),
  ],
}

const latencyAndErrors: Row = {
  title: 'Iris latency and errors',
  panels: [
    timeSeries({
      title: 'Prediction latency',
      description: 'If p99 rises alone, single requests wait; if p50 rises too, every one is slow.',
      unit: 's',
      width: 12,
      min: 0,
      queries: [0.5, 0.95, 0.99].map((q) => ({
        expr: quantile(q, 'prediction_latency_seconds', iris),
        legend: `p${q * 100}`,
      })),
      alerts: ['HighPredictionLatency', 'HighInferenceLatency'],
    }),
    timeSeries({
      title: 'Error rate',
      description: 'Share of the requests that got no prediction.',
      unit: 'percentunit',
      width: 6,
      min: 0,
      queries: [{ expr: errorShare, legend: 'errors' }],
      alerts: ['HighPredictionErrorRate'],
    }),
    timeSeries({
      title: 'Errors by kind',
      description: 'invalid_input is for the caller to mend, internal_error for us.',
      unit: 'reqps',
      width: 6,
      min: 0,
      queries: [{ expr: rate(failed, ['error_type']), legend: '{{error_type}}' }],
      seeAlso: ['DemoHighErrorCount'],
    }),
  ],
}
