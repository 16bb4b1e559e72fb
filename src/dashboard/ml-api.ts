/** The churn API: whether it answers, how often, how fast, and what it says, by model version. */
import { firingCount, firingTable } from './alerts.ts'
import { board, type Row } from './board.ts'
import { stat, timeSeries } from './panel.ts'
import { inRange, mean, quantile, rate, share } from './promql.ts'
import { states, upStates } from './state.ts'
import { labelVariable } from './variable.ts'

const job = 'job="ml-api"'
const chosen = `${job}, model_version=~"$version"`
const all = `ml_predictions_total{${chosen}}`
const errors = `ml_predictions_total{${chosen}, status="error"}`
const duration = 'ml_prediction_duration_seconds'

export const mlApi = () =>
  board({
    uid: 'ml-api',
    title: 'ML API',
    description: 'The churn classifier behind /v1/predict and /v2/predict.',
    about: 'service="ml-api"',
    variables: [
      labelVariable('version', { title: 'Model version', label: 'model_version', series: 'ml_predictions_total' }),
    ],
    rows: [now, requests, latency, errorsAndQuality, process, firing],
  })

const now: Row = {
  title: 'Now',
  panels: [
    stat({
      title: 'API status',
      description: 'Whether Prometheus reaches it. Down means that callers do not either.',
      unit: 'short',
      width: 3,
      queries: [{ expr: `min(up{${job}})`, legend: 'up' }],
      mappings: upStates,
      seeAlso: ['APIDown', 'ServiceDown'],
    }),
    stat({
      title: 'Models',
      description: 'A version that is not loaded answers nobody.',
      unit: 'short',
      width: 4,
      queries: [{ expr: `min by (model_version) (model_loaded{${chosen}})`, legend: '{{model_version}}' }],
      mappings: states({ 0: ['Not loaded', 'red'], 1: ['Loaded', 'green'] }),
      seeAlso: ['ModelNotLoaded'],
    }),
    stat({
      title: 'Predictions',
      description: 'Customers predicted in the time shown.',
      unit: 'short',
      width: 3,
      queries: [{ expr: inRange(`ml_predictions_total{${chosen}, status="success"}`), legend: 'predictions' }],
    }),
    stat({
      title: 'Error rate',
      description: 'Share of what was asked that got no prediction.',
      unit: 'percentunit',
      width: 4,
      queries: [{ expr: share(rate(errors), rate(all)), legend: 'errors' }],
      alerts: ['HighErrorRate'],
    }),
    stat({
      title: 'Latency p95',
      description: '19 of 20 requests are answered faster.',
      unit: 's',
      width: 4,
      queries: [{ expr: quantile(0.95, duration, chosen), legend: 'p95' }],
      alerts: ['HighLatency'],
    }),
    stat({
      title: 'Memory',
      description: 'Resident memory of the process.',
      unit: 'bytes',
      width: 3,
      queries: [{ expr: `max(process_resident_memory_bytes{${job}})`, legend: 'resident' }],
    }),
    firingCount({ service: 'ml-api', width: 3 }),
  ],
}

const requests: Row = {
  title: 'Requests',
  panels: [
    timeSeries(
      {
        title: 'Requests by version',
        description:
          'One request may ask about many customers. Traffic should move from one version to the other on purpose only.',
        unit: 'reqps',
        width: 8,
        min: 0,
        queries: [{ expr: rate(`${duration}_count{${chosen}}`, ['model_version']), legend: '{{model_version}}' }],
      },
      { stacked: true },
    ),
    timeSeries(
      {
        title: 'Predictions by result',
        description: 'Customers, not requests. A share of churn that jumps is a change of the inputs or of the model.',
        unit: 'ops',
        width: 8,
        min: 0,
        queries: [
          {
            expr: rate(`ml_predictions_total{${chosen}, status="success"}`, ['prediction_result']),
            legend: '{{prediction_result}}',
          },
        ],
      },
      { stacked: true },
    ),
    timeSeries(
      {
        title: 'Predictions by status',
        description: 'A refused or failed request counts once.',
        unit: 'ops',
        width: 8,
        min: 0,
        queries: [{ expr: rate(all, ['status']), legend: '{{status}}' }],
      },
      { stacked: true },
    ),
  ],
}

const latency: Row = {
  title: 'Latency',
  panels: [
    timeSeries({
      title: 'Latency',
      description: 'If p99 rises alone, single requests wait; if p50 rises too, every one is slow.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, duration, chosen), legend: `p${q * 100}` })),
      alerts: ['HighLatency'],
    }),
    timeSeries({
      title: 'Latency p95 by version',
      description: 'Whether a new version costs more time than the one before.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [{ expr: quantile(0.95, duration, chosen, { by: ['model_version'] }), legend: '{{model_version}}' }],
      alerts: ['HighLatency'],
    }),
    timeSeries({
      title: 'Mean processing time',
      description: 'A mean hides the slow few; when it rises, most requests are slow.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [{ expr: mean('request_processing_seconds', job), legend: 'mean' }],
      alerts: ['HighResponseTime'],
    }),
  ],
}

const errorsAndQuality: Row = {
  title: 'Errors and quality',
  panels: [
    timeSeries({
      title: 'Error rate by version',
      description: 'An error of one version is the model’s, of both the server’s or the callers’.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      queries: [
        {
          expr: share(rate(errors, ['model_version']), rate(all, ['model_version'])),
          legend: '{{model_version}}',
        },
      ],
      alerts: ['HighErrorRate'],
    }),
    timeSeries({
      title: 'Accuracy by model',
      description: 'Over the last 200 labels of each model.',
      unit: 'percentunit',
      width: 8,
      max: 1,
      queries: [{ expr: `max by (model) (model_accuracy{${job}})`, legend: '{{model}}' }],
      alerts: ['ModelAccuracyDegraded', 'ModelAccuracyDrop'],
    }),
    timeSeries({
      title: 'Greatest drift by model',
      description: 'Of all features; ML model performance shows which.',
      unit: 'short',
      width: 8,
      min: 0,
      decimals: 2,
      queries: [{ expr: `max by (model_name) (data_drift_score{${job}})`, legend: '{{model_name}}' }],
      alerts: ['DataDriftDetected'],
    }),
  ],
}

const process: Row = {
  title: 'Process',
  panels: [
    timeSeries({
      title: 'Memory',
      description: 'A line that only rises is a leak.',
      unit: 'bytes',
      width: 8,
      min: 0,
      queries: [
        { expr: `max(process_resident_memory_bytes{${job}})`, legend: 'resident' },
        { expr: `max(nodejs_heap_size_used_bytes{${job}})`, legend: 'heap in use' },
      ],
    }),
    timeSeries({
      title: 'Memory of its limit',
      description: 'Resident memory as a share of what the process may have. Beyond 100 % it is killed.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      queries: [
        {
          expr: `max(process_resident_memory_bytes{${job}} / process_memory_limit_bytes{${job}})`,
          legend: 'of the limit',
        },
      ],
      alerts: ['HighMemoryUsage'],
    }),
    timeSeries({
      title: 'Processor',
      description: '100 % is one processor: a single Node process can use little more.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      queries: [{ expr: rate(`process_cpu_seconds_total{${job}}`), legend: 'processor' }],
    }),
  ],
}

const firing: Row = { title: 'Alerts', panels: [firingTable({ service: 'ml-api', width: 24 })] }
