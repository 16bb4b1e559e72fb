/** The services as web servers: rate, errors, latency, connections, what their processes use, and what they have promised. */
import { board, type Row } from './board.ts'
import { stat, timeSeries } from './panel.ts'
import { mean, quantile, rate, share } from './promql.ts'
import { sloRow } from './slo.ts'
import { labelVariable } from './variable.ts'

const chosen = 'job=~"model-server|ml-api", service=~"$service"'
/** What the monitoring itself asks for is no traffic. */
const traffic = `${chosen}, endpoint!~"/metrics|/health|/control.*"`
const requests = `http_requests_total{${traffic}}`
/** The latency of predictions; else many quick scrapes and health checks would make a slow service look fast. */
const predictions = `${chosen}, endpoint=~".*/predict"`
const duration = 'http_request_duration_seconds'
const percentiles = [0.5, 0.95, 0.99]

const failing = (by: readonly string[]) =>
  share(
    `(${rate(`http_requests_total{${traffic}, status=~"5.."}`, by)} or 0 * ${rate(requests, by)})`,
    rate(requests, by),
  )

export const application = () =>
  board({
    uid: 'application',
    title: 'Application',
    description: 'Requests to the model servers, and their service level objectives.',
    about: 'service=~"$service"',
    variables: [labelVariable('service', { title: 'Service', label: 'service', series: 'http_requests_total' })],
    rows: [now, requestsAndErrors, latency, sloRow, process],
  })

const now: Row = {
  title: 'Now',
  panels: [
    stat({
      title: 'Requests',
      description: 'Requests, whatever the answer, but for those of the monitoring itself.',
      unit: 'reqps',
      width: 4,
      queries: [{ expr: rate(requests), legend: 'requests' }],
      alerts: ['HttpThroughputLow'],
    }),
    ...percentiles.map((q) =>
      stat({
        title: `Latency p${q * 100}`,
        description: `${q * 100} % of the predictions were answered faster.`,
        unit: 's',
        width: 4,
        queries: [{ expr: quantile(q, duration, predictions), legend: `p${q * 100}` }],
        ...(q === 0.95 ? { alerts: ['HttpLatencyHigh'] as const } : {}),
      }),
    ),
    stat({
      title: 'Errors',
      description: 'Share of the requests that were answered 5xx: our fault, not the caller’s.',
      unit: 'percentunit',
      width: 4,
      queries: [{ expr: failing([]), legend: '5xx' }],
      alerts: ['HttpErrorRateHigh'],
    }),
    stat({
      title: 'Active connections',
      description: 'Open connections, idle ones as well.',
      unit: 'short',
      width: 4,
      queries: [{ expr: `sum(http_active_connections{${chosen}})`, legend: 'connections' }],
    }),
  ],
}

const requestsAndErrors: Row = {
  title: 'Traffic and errors',
  panels: [
    timeSeries(
      {
        title: 'Requests by status',
        description: '4xx are the caller’s to mend, 5xx ours.',
        unit: 'reqps',
        width: 8,
        min: 0,
        queries: [{ expr: rate(requests, ['status']), legend: '{{status}}' }],
      },
      { stacked: true },
    ),
    timeSeries(
      {
        title: 'Requests by endpoint',
        description: 'The pattern of the route, whatever address was asked for; none has no route.',
        unit: 'reqps',
        width: 8,
        min: 0,
        queries: [
          { expr: rate(requests, ['service', 'method', 'endpoint']), legend: '{{service}} {{method}} {{endpoint}}' },
        ],
      },
      { stacked: true },
    ),
    timeSeries({
      title: 'Error rate by service',
      description: 'Share of the requests that were answered 5xx.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      queries: [{ expr: failing(['service']), legend: '{{service}}' }],
      alerts: ['HttpErrorRateHigh'],
    }),
  ],
}

const latency: Row = {
  title: 'Latency of predictions',
  panels: [
    timeSeries({
      title: 'Latency',
      description: 'If p99 rises alone, single requests wait; if p50 rises too, every one is slow.',
      unit: 's',
      width: 10,
      min: 0,
      queries: percentiles.map((q) => ({
        expr: quantile(q, duration, predictions, { by: ['service'] }),
        legend: `{{service}} p${q * 100}`,
      })),
      alerts: ['HttpLatencyHigh'],
    }),
    timeSeries({
      title: 'Mean response time',
      description: 'A mean hides the slow few; when it rises, most requests are slow.',
      unit: 's',
      width: 7,
      min: 0,
      queries: [{ expr: mean(duration, predictions, { by: ['service'] }), legend: '{{service}}' }],
      alerts: ['HttpResponseTimeHigh'],
    }),
    timeSeries({
      title: 'Active connections',
      description: 'A line that rises without more requests is a caller that does not hang up.',
      unit: 'short',
      width: 7,
      min: 0,
      queries: [{ expr: `sum by (service) (http_active_connections{${chosen}})`, legend: '{{service}}' }],
    }),
  ],
}

const process: Row = {
  title: 'Processes',
  panels: [
    timeSeries({
      title: 'Processor',
      description: '100 % is one processor: a single Node process can use little more.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      queries: [{ expr: rate(`process_cpu_seconds_total{${chosen}}`, ['service']), legend: '{{service}}' }],
    }),
    timeSeries({
      title: 'Memory of its limit',
      description: 'Resident memory as a share of what the process may have. Beyond 100 % it is killed.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      queries: [
        {
          expr: `max by (service) (process_resident_memory_bytes{${chosen}} / process_memory_limit_bytes{${chosen}})`,
          legend: '{{service}}',
        },
      ],
      alerts: ['HighMemoryUsage'],
    }),
    timeSeries({
      title: 'Event loop lag',
      description: '99th percentile. While it is high, everything waits: something computes for long.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [{ expr: `max by (service) (nodejs_eventloop_lag_p99_seconds{${chosen}})`, legend: '{{service}}' }],
    }),
  ],
}
