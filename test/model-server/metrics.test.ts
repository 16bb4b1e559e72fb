/** What each server exports: exactly these names, types and labels, in both formats. */
import { describe, expect, it } from 'vitest'
import type { ServerName } from '../../src/model-server/fault/faults.ts'
import { customer } from './customer.ts'
import { type ModelServer, setosa, startModelServer } from './rig.ts'
import { samplesOf, sumOf } from './samples.ts'

const model = ['model_name', 'model_version']
const feature = ['feature_name', 'model_name']
const http = ['endpoint', 'method', 'status']

const shared: Readonly<Record<string, readonly [type: string, labels: readonly string[]]>> = {
  model_accuracy: ['gauge', ['model']],
  model_precision: ['gauge', ['class', 'model']],
  model_recall: ['gauge', ['class', 'model']],
  model_f1_score: ['gauge', ['class', 'model']],
  model_info: ['gauge', ['framework', ...model]],
  feature_min: ['gauge', feature],
  feature_max: ['gauge', feature],
  feature_mean: ['gauge', feature],
  predictions_by_confidence_bucket_total: ['counter', ['confidence_bucket', 'model_name']],
  model_status: ['gauge', ['model_name', 'model_status']],
  invalid_features_total: ['counter', ['model_name', 'validation_type']],
  data_drift_score: ['gauge', feature],
  http_requests_total: ['counter', http],
  http_request_duration_seconds: ['histogram', http],
  http_active_connections: ['gauge', []],
  request_processing_seconds: ['summary', []],
}

const own: Readonly<Record<ServerName, typeof shared>> = {
  iris: {
    predictions_total: ['counter', ['class', ...model]],
    prediction_latency_seconds: ['histogram', model],
    prediction_confidence: ['gauge', model],
    prediction_errors_total: ['counter', ['error_type', ...model]],
  },
  churn: {
    high_value_predictions_total: ['counter', ['model_name']],
    predicted_revenue_impact_total: ['counter', ['model_name', 'prediction_class']],
    ml_predictions_total: ['counter', ['model_version', 'prediction_result', 'status']],
    ml_prediction_duration_seconds: ['histogram', ['model_version']],
    model_loaded: ['gauge', ['model_version']],
    app_memory_usage_bytes: ['gauge', []],
    app_cpu_usage_percent: ['gauge', []],
    app_info: ['gauge', ['app_name', 'version']],
  },
}

/** Everything that makes a series appear. */
async function useAll(server: ServerName, { ask }: ModelServer): Promise<void> {
  const [path, good, label] = server === 'iris' ? ['/predict', setosa, 'setosa'] : ['/v1/predict', customer, 'churn']
  for (let n = 0; n < 100; n++) {
    const { body } = await ask('POST', path, good)
    await ask('POST', '/feedback', { prediction_id: body.prediction_id, label })
  }
  await ask('POST', path, {})
}

describe.each(['iris', 'churn'] as const)('the %s server', (server) => {
  it('exports exactly these metrics with these labels', async () => {
    const rig = startModelServer(server)
    await useAll(server, rig)
    const text = (await rig.app.inject('/metrics')).body
    const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type]) => [name, type]))
    const found = new Map<string, [string | undefined, string[]]>()
    for (const { name, labels } of samplesOf(text)) {
      const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
      const names = Object.keys(labels).filter((label) => label !== 'le' && label !== 'quantile')
      if (!/^(process|nodejs)_/.test(family)) found.set(family, [types.get(family), names.sort()])
    }
    expect(Object.fromEntries(found)).toEqual({ ...shared, ...own[server] })
    expect([...types.keys()].filter((name) => /^(process|nodejs)_/.test(name)).length).toBeGreaterThan(20)
  })

  it('starts every counter at 0, so that the first increase is one', async () => {
    const { scrape } = startModelServer(server)
    const names = Object.entries({ ...shared, ...own[server] })
    const counters = names.filter(([name, [type]]) => type === 'counter' && !name.startsWith('http_'))
    const samples = await scrape()
    for (const [name] of counters) expect(sumOf(samples, name), name).toBe(0)
  })

  it('shows no accuracy, drift or confidence before there is any', async () => {
    const names = new Set((await startModelServer(server).scrape()).map(({ name }) => name))
    for (const name of [
      'model_accuracy',
      'model_f1_score',
      'data_drift_score',
      'feature_min',
      'prediction_confidence',
    ]) {
      expect(names.has(name), name).toBe(false)
    }
  })

  it('answers OpenMetrics to those who ask, and the same numbers to both, in any order', async () => {
    const rig = startModelServer(server)
    await useAll(server, rig)
    // The header that Prometheus 2.42 sends.
    const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
    const asked = { url: '/metrics', headers: { accept } }
    const open = await rig.app.inject(asked)
    expect(open.headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(open.body).toMatch(/\n# EOF\n$/)
    expect(open.body).toMatch(/^# TYPE invalid_features counter$/m)
    expect(open.body).not.toMatch(/\n\n/)
    const plain = await rig.app.inject('/metrics')
    expect(plain.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(plain.body).toMatch(/^# TYPE invalid_features_total counter$/m)
    const lines = (text: string) =>
      samplesOf(text)
        .filter(({ name }) => !/^(process|nodejs|http|app)_/.test(name))
        .map((sample) => JSON.stringify(sample))
    expect(lines(plain.body)).toEqual(lines(open.body))
    expect(lines((await rig.app.inject(asked)).body)).toEqual(lines(open.body))
  })

  it('counts requests by the pattern of their route, whatever addresses are tried', async () => {
    const { ask, scrape } = startModelServer(server)
    await ask('GET', '/health?x=1')
    await ask('GET', '/nowhere/1')
    await ask('GET', '/nowhere/2')
    const samples = await scrape()
    const of = (endpoint: string) => sumOf(samples, 'http_requests_total', { endpoint })
    expect([of('/health'), of('none')]).toEqual([1, 2])
    expect(sumOf(samples, 'http_request_duration_seconds_count', { endpoint: 'none', status: '404' })).toBe(2)
  })
})

it('says how much memory it may have', async () => {
  const samples = await startModelServer('iris', { memoryLimit: 123_456_789 }).scrape()
  expect(sumOf(samples, 'process_memory_limit_bytes')).toBe(123_456_789)
})

it('counts open connections', async () => {
  const { app } = startModelServer('iris')
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const samples = samplesOf(await (await fetch(`${address}/metrics`)).text())
  expect(sumOf(samples, 'http_active_connections')).toBe(1)
})
