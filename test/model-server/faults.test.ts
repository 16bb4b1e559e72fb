/** Every fault moves the metric that its alerts read over their threshold, and the metric comes back when it ends. */
import { describe, expect, it } from 'vitest'
import { FaultBoard } from '../../src/model-server/fault/board.ts'
import { faults } from '../../src/model-server/fault/faults.ts'
import { triggers } from '../../src/model-server/fault/triggers.ts'
import { FakeClock } from '../harness/clock.ts'
import { advance, setosa, startModelServer } from './rig.ts'
import { type Sample, sumOf } from './samples.ts'
import { sendTraffic } from './traffic.ts'

/** What a rule sees of a phase: the scrape at its end, and how much counters grew within it. */
interface Phase {
  readonly gauge: (name: string, labels?: Sample['labels']) => number
  readonly growth: (name: string, labels?: Sample['labels']) => number
}

const meanOf = (phase: Phase, name: string) => phase.growth(`${name}_sum`) / phase.growth(`${name}_count`)

/** Whether more than 5 % of the requests took longer than `seconds`, one of the buckets: then the p95 is above it. */
const p95Above = ({ growth }: Phase, name: string, seconds: number) => {
  return growth(`${name}_bucket`, { le: String(seconds) }) / growth(`${name}_count`) < 0.95
}

const serverErrors = ({ growth }: Phase) => growth('http_requests_total', { status: '500' })

/** Share of the answered predictions that took longer than 500 ms. */
const slowShare = ({ growth }: Phase, endpoint: string) => {
  const answered = { endpoint, status: '200' }
  const fast = growth('http_request_duration_seconds_bucket', { ...answered, le: '0.5' })
  return 1 - fast / growth('http_request_duration_seconds_count', answered)
}

/** Share of the predictions that failed with 5xx. */
const failedShare = ({ growth }: Phase, endpoint: string) =>
  growth('http_requests_total', { endpoint, status: '500' }) / growth('http_requests_total', { endpoint })

/** A warning is a burn rate above 3 and no more than 6; what is critical is above 14.4. */
const warns = (burnRate: number) => burnRate > 3 && burnRate <= 6

/** Each condition as prometheus/rules/ has it, over one phase instead of minutes. */
const conditions: Readonly<Record<string, (phase: Phase) => boolean>> = {
  HighPredictionErrorRate: ({ growth }) => growth('prediction_errors_total') / growth('predictions_total') > 0.05,
  LowModelConfidence: ({ gauge }) => gauge('prediction_confidence') < 0.7,
  HighPredictionLatency: (phase) => p95Above(phase, 'prediction_latency_seconds', 0.5) && !highInference(phase),
  HighInferenceLatency: (phase) => highInference(phase),
  PredictionDistributionDrift: ({ growth }) =>
    Math.abs(growth('predictions_total', { class: 'setosa' }) / growth('predictions_total') - 0.33) > 0.15,
  ModelAccuracyDrop: ({ gauge }) => gauge('model_accuracy') < 0.75,
  ModelAccuracyDegraded: ({ gauge }) => {
    const accuracy = gauge('model_accuracy', { model: 'churn-v1' })
    return accuracy < 0.85 && accuracy >= 0.75
  },
  DataDriftDetected: ({ gauge }) => gauge('data_drift_score', { feature_name: 'sepal_length' }) > 0.2,
  ModelStatusDegraded: ({ gauge }) => gauge('model_status', { model_status: 'degraded' }) === 1,
  ModelStatusCritical: ({ gauge }) => gauge('model_status', { model_status: 'critical' }) >= 1,
  InvalidFeaturesHigh: ({ growth }) =>
    growth('invalid_features_total') / growth('predictions_by_confidence_bucket_total') > 0.05,
  DemoHighErrorCount: ({ growth }) => growth('prediction_errors_total') >= 3,
  ModelNotLoaded: ({ gauge }) => gauge('model_loaded', { model_version: 'v2' }) === 0,
  HighErrorRate: ({ growth }) =>
    growth('ml_predictions_total', { status: 'error' }) / growth('ml_predictions_total') > 0.1,
  HighLatency: (phase) => p95Above(phase, 'ml_prediction_duration_seconds', 0.5),
  HighResponseTime: (phase) => meanOf(phase, 'request_processing_seconds') > 0.5,
  HttpErrorRateHigh: (phase) => serverErrors(phase) / phase.growth('http_requests_total') > 0.05,
  HttpLatencyHigh: (phase) => {
    const predictions = { endpoint: '/v1/predict', le: '0.5' }
    return (
      phase.growth('http_request_duration_seconds_bucket', predictions) /
        phase.growth('http_request_duration_seconds_count', { endpoint: '/v1/predict' }) <
      0.95
    )
  },
  'SloErrors critical': (phase) => failedShare(phase, '/v1/predict') / 0.01 > 14.4,
  'SloErrors warning': (phase) => warns(failedShare(phase, '/predict') / 0.01),
  'SloLatency critical': (phase) => slowShare(phase, '/v1/predict') / 0.05 > 14.4,
  'SloLatency warning': (phase) => warns(slowShare(phase, '/predict') / 0.05),
  HttpResponseTimeHigh: ({ growth }) => {
    const predictions = { endpoint: '/v1/predict' }
    return (
      growth('http_request_duration_seconds_sum', predictions) /
        growth('http_request_duration_seconds_count', predictions) >
      0.5
    )
  },
}

const highInference = (phase: Phase) => p95Above(phase, 'prediction_latency_seconds', 1)

/** Seconds that a prediction waits for at most. */
const waits = (fault: string, amount: number) => (fault === 'latency' ? amount : fault === 'stalls' ? 0.8 : 0)

/** What is true of the machine and of sockets is tried for real in burdens.test.ts. */
const elsewhere = ['silence', 'cpu', 'memory']

const tried = triggers.filter(({ fault }) => !elsewhere.includes(fault))

describe('the fault that is to make an alert fire', () => {
  it.each(tried)('$alert $severity: $fault $amount at the $server server', async (trigger) => {
    const { alert, severity, server, fault, amount } = trigger
    const condition = conditions[alert] ?? conditions[`${alert} ${severity}`]
    if (condition === undefined) throw new Error(`no condition for ${alert}: write down what its rule reads`)
    const rig = startModelServer(server)
    let before = await rig.scrape()
    const phase = async (count: number, latencySeconds = 0): Promise<Phase> => {
      // The last minute, which the status is about, is another one.
      await advance(rig.clock, 61_000)
      await sendTraffic(server, rig, count, latencySeconds)
      const [from, to] = [before, await rig.scrape()]
      before = to
      return {
        gauge: (name, labels) => sumOf(to, name, labels) ?? Number.NaN,
        growth: (name, labels) => (sumOf(to, name, labels) ?? 0) - (sumOf(from, name, labels) ?? 0),
      }
    }
    expect(condition(await phase(150)), 'calm').toBe(false)
    expect((await rig.ask('POST', `/control/${fault}`, { amount })).status).toBe(200)
    expect(condition(await phase(400, waits(fault, amount))), 'with the fault').toBe(true)
    expect((await rig.ask('DELETE', `/control/${fault}`)).status).toBe(200)
    expect(condition(await phase(500)), 'after it').toBe(false)
  })

  it('is known for every alert and severity only once, in an amount that the fault takes', () => {
    for (const { fault, server, amount } of triggers) {
      expect(amount).toBeLessThanOrEqual(faults[fault].most)
      expect(faults[fault].servers).toContain(server)
    }
    expect(new Set(triggers.map(({ alert, severity }) => `${alert} ${severity}`)).size).toBe(triggers.length)
    expect(new Set(triggers.map(({ fault }) => fault))).toEqual(new Set(Object.keys(faults)))
  })
})

describe('a fault', () => {
  it('ends by itself, at the second', async () => {
    const { ask, clock } = startModelServer('iris')
    const { body } = await ask('POST', '/control/errors', { amount: 1, seconds: 60 })
    expect(body.active).toEqual({
      amount: 1,
      version: null,
      ends_at: new Date(clock.now() + 60_000).toISOString(),
    })
    expect((await ask('POST', '/predict', setosa)).status).toBe(500)
    await advance(clock, 59_999)
    expect((await ask('POST', '/predict', setosa)).status).toBe(500)
    await advance(clock, 1)
    expect((await ask('POST', '/predict', setosa)).status).toBe(200)
    expect(clock.pending()).toEqual([])
  })

  it('that is set again starts anew', async () => {
    const { ask, clock } = startModelServer('iris')
    await ask('POST', '/control/errors', { amount: 1, seconds: 60 })
    await ask('POST', '/control/errors', { amount: 1, seconds: 120 })
    await advance(clock, 119_999)
    expect((await ask('POST', '/predict', setosa)).status).toBe(500)
    expect(clock.pending()).toEqual([1])
  })

  it('may be that of one model', async () => {
    const { ask } = startModelServer('churn')
    await ask('POST', '/control/unload', { version: 'v2' })
    const health = (await ask('GET', '/health')).body
    expect(health.models.map(({ version, loaded }: { version: string; loaded: boolean }) => [version, loaded])).toEqual(
      [
        ['v1', true],
        ['v2', false],
      ],
    )
    expect(await ask('POST', '/v2/predict', {})).toEqual({
      status: 503,
      body: { error: 'The model churn-v2 is not loaded.' },
    })
    expect((await ask('POST', '/v1/predict', {})).status).toBe(400)
  })

  it('ends when the server does', async () => {
    const clock = new FakeClock()
    const burden = { on: false }
    const board = new FaultBoard(clock, {
      cpu: () => {
        burden.on = true
        return () => {
          burden.on = false
        }
      },
    })
    board.start('cpu', 1, 60, null)
    board.start('errors', 1, 60, null)
    expect(burden.on).toBe(true)
    board.stopAll()
    expect(burden.on).toBe(false)
    expect(clock.pending()).toEqual([])
  })

  it('of accuracy or class mix answers with the confidence of the true answer, and probabilities that still add up', async () => {
    const { ask } = startModelServer('iris')
    const honest = (await ask('POST', '/predict', setosa)).body
    await ask('POST', '/control/accuracy', { amount: 1 })
    const wrong = (await ask('POST', '/predict', setosa)).body
    expect(wrong.prediction).not.toBe('setosa')
    expect(wrong.confidence).toBe(honest.confidence)
    await ask('DELETE', '/control/accuracy')
    await ask('POST', '/control/class-mix', { amount: 1 })
    const virginica = (await ask('POST', '/predict', { features: [6.3, 3.3, 6, 2.5] })).body
    expect(virginica.prediction).toBe('setosa')
    await ask('POST', '/control/confidence', { amount: 1 })
    expect((await ask('POST', '/predict', setosa)).body.confidence).toBeCloseTo(1 / 3, 10)
  })
})
