/** `POST /predict`, `/feedback` and `/health` of the iris server, for good input and for every kind of bad one. */
import { describe, expect, it } from 'vitest'
import { readFlowers } from '../../src/model-server/iris/flowers.ts'
import { setosa, startModelServer } from './rig.ts'
import { sumOf } from './samples.ts'

it('names the flower', async () => {
  const { ask, scrape } = startModelServer('iris')
  const { status, body } = await ask('POST', '/predict', setosa)
  expect(status).toBe(200)
  expect(body).toEqual({
    prediction_id: 'p-1',
    prediction: 'setosa',
    confidence: expect.closeTo(0.995, 2),
    model_version: 'v1',
    latency_ms: 0,
  })
  const samples = await scrape()
  expect(sumOf(samples, 'predictions_total', { class: 'setosa' })).toBe(1)
  expect(sumOf(samples, 'predictions_total')).toBe(1)
  expect(sumOf(samples, 'prediction_confidence')).toBe(body.confidence)
  expect(sumOf(samples, 'predictions_by_confidence_bucket_total', { confidence_bucket: 'high' })).toBe(1)
  expect(sumOf(samples, 'prediction_latency_seconds_count')).toBe(1)
  expect(sumOf(samples, 'feature_mean', { feature_name: 'petal_width' })).toBe(0.2)
})

const bad: readonly (readonly [what: string, body: unknown, type: string, says: RegExp])[] = [
  ['a text', { features: ['NaN', 1, 1, 1] }, 'nan_values', /^features\[0\] \(sepal_length\) is not a number\.$/],
  ['null', { features: [1, null, 1, 1] }, 'nan_values', /features\[1\]/],
  ['a list in the list', { features: [1, 1, [1], 1] }, 'nan_values', /features\[2\]/],
  ['true', { features: [1, 1, 1, true] }, 'nan_values', /features\[3\]/],
  ['infinity', '{"features": [1e999, 1, 1, 1]}', 'infinite_values', /not finite/],
  ['less than nothing', { features: [1, 1, -0.1, 1] }, 'negative_values', /features\[2\] \(petal_length\) is negative/],
  ['three values', { features: [1, 1, 1] }, 'wrong_length', /has 3 values; send the four lengths/],
  ['five values', { features: [1, 1, 1, 1, 1] }, 'wrong_length', /has 5 values/],
  ['a hundred thousand values', { features: Array(100_000).fill(1) }, 'wrong_length', /has 100000 values/],
  ['no features', {}, 'missing_values', /features is missing/],
  ['features in the prototype', '{"__proto__": {"features": [1, 1, 1, 1]}}', 'missing_values', /features is missing/],
  ['no list', { features: { length: 4 } }, 'malformed_body', /not a list/],
  ['a list as body', [1, 1, 1, 1], 'malformed_body', /not a JSON object/],
  ['null as body', null, 'malformed_body', /not a JSON object/],
  ['no JSON', '{"features": [1,', 'malformed_body', /JSON/],
]

describe('refuses', () => {
  it.each(bad)('%s', async (_what, body, type, says) => {
    const { ask, scrape } = startModelServer('iris')
    expect(await ask('POST', '/predict', body)).toEqual({
      status: 400,
      body: { error: expect.stringMatching(says), type },
    })
    const samples = await scrape()
    expect(sumOf(samples, 'prediction_errors_total', { error_type: 'invalid_input' })).toBe(1)
    expect(sumOf(samples, 'prediction_errors_total')).toBe(1)
    expect(sumOf(samples, 'invalid_features_total', { validation_type: type })).toBe(1)
    expect(sumOf(samples, 'invalid_features_total')).toBe(1)
    expect(sumOf(samples, 'predictions_total')).toBe(0)
    expect(sumOf(samples, 'feature_mean')).toBeUndefined()
  })

  it('what is larger than 1 MiB, and what is no JSON by its type', async () => {
    const { app, ask, scrape } = startModelServer('iris')
    expect((await ask('POST', '/predict', { features: Array(600_000).fill(1) })).status).toBe(413)
    const text = { 'content-type': 'text/plain' }
    expect((await app.inject({ method: 'POST', url: '/predict', headers: text, body: '{}' })).statusCode).toBe(400)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await app.inject({ method: 'POST', url: '/predict', headers: form, body: 'a=1' })).statusCode).toBe(415)
    expect(sumOf(await scrape(), 'invalid_features_total', { validation_type: 'malformed_body' })).toBe(3)
  })

  it('nothing that is finite and not negative, and stays able to speak of it', async () => {
    const { ask, scrape } = startModelServer('iris')
    for (const length of [0, 5e-324, 1e308]) {
      const { status, body } = await ask('POST', '/predict', { features: Array(4).fill(length) })
      expect(status).toBe(200)
      expect(body.confidence).toBeLessThanOrEqual(1)
    }
    expect(sumOf(await scrape(), 'feature_max', { feature_name: 'sepal_width' })).toBe(1e308)
  })

  it('and does not call a model ill for what clients do', async () => {
    const { ask, scrape } = startModelServer('iris')
    for (let n = 0; n < 20; n++) await ask('POST', '/predict', {})
    expect(sumOf(await scrape(), 'model_status', { model_status: 'healthy' })).toBe(1)
  })
})

describe('feedback', () => {
  it('makes accuracy, precision, recall and F1, from the thirtieth label on', async () => {
    const { ask, scrape } = startModelServer('iris')
    const label = async (truth: string) => {
      const { body } = await ask('POST', '/predict', setosa)
      return ask('POST', '/feedback', { prediction_id: body.prediction_id, label: truth })
    }
    for (let n = 0; n < 29; n++) await label('setosa')
    expect(sumOf(await scrape(), 'model_accuracy')).toBeUndefined()
    expect(await label('virginica')).toEqual({
      status: 200,
      body: { model: 'iris', prediction: 'setosa', label: 'virginica', correct: false },
    })
    const samples = await scrape()
    expect(sumOf(samples, 'model_accuracy', { model: 'iris' })).toBeCloseTo(29 / 30, 10)
    expect(sumOf(samples, 'model_precision', { class: 'setosa' })).toBeCloseTo(29 / 30, 10)
    expect(sumOf(samples, 'model_recall', { class: 'setosa' })).toBe(1)
    expect(sumOf(samples, 'model_recall', { class: 'virginica' })).toBe(0)
    expect(sumOf(samples, 'model_f1_score', { class: 'setosa' })).toBeCloseTo(58 / 59, 10)
    // Nothing was predicted versicolor, and nothing was: there is nothing to divide.
    expect(sumOf(samples, 'model_precision', { class: 'versicolor' })).toBeUndefined()
  })

  it('speaks of the latest 200 labels', async () => {
    const { ask, scrape } = startModelServer('iris')
    for (let n = 0; n < 300; n++) {
      const { body } = await ask('POST', '/predict', setosa)
      await ask('POST', '/feedback', { prediction_id: body.prediction_id, label: n < 100 ? 'virginica' : 'setosa' })
    }
    expect(sumOf(await scrape(), 'model_accuracy')).toBe(1)
  })

  it.each([
    ['an id that was never given', { prediction_id: 'p-99', label: 'setosa' }, 404],
    ['an id that every object has', { prediction_id: '__proto__', label: 'setosa' }, 404],
    ['no id', { label: 'setosa' }, 400],
    ['a class that there is not', { prediction_id: 'p-1', label: 'rose' }, 400],
    ['no label', { prediction_id: 'p-1' }, 400],
    ['no object', ['p-1'], 400],
  ])('refuses %s', async (_what, body, status) => {
    const { ask } = startModelServer('iris')
    await ask('POST', '/predict', setosa)
    const refused = await ask('POST', '/feedback', body)
    expect(refused.status).toBe(status)
    expect(refused.body.error).not.toBe('')
    // What was refused may be told again.
    expect((await ask('POST', '/feedback', { prediction_id: 'p-1', label: 'setosa' })).status).toBe(200)
    expect((await ask('POST', '/feedback', { prediction_id: 'p-1', label: 'setosa' })).status).toBe(404)
  })
})

it('is right about 95 of 100 flowers or more, by its own metric', async () => {
  const { ask, scrape } = startModelServer('iris')
  for (const { features, species } of readFlowers()) {
    const { body } = await ask('POST', '/predict', { features })
    await ask('POST', '/feedback', { prediction_id: body.prediction_id, label: species })
  }
  const samples = await scrape()
  expect(sumOf(samples, 'model_accuracy')).toBeGreaterThanOrEqual(0.95)
  for (const { labels, value } of samples.filter(({ name }) => name === 'data_drift_score')) {
    expect(value, labels.feature_name).toBeLessThan(0.05)
  }
})

it('tells nobody but the log why a model broke, and calls it critical', async () => {
  const classify = () => {
    throw new Error('a secret of ours')
  }
  const { ask, scrape } = startModelServer('iris', { change: (model) => ({ ...model, classify }) })
  for (let n = 0; n < 10; n++) {
    expect(await ask('POST', '/predict', setosa)).toEqual({
      status: 500,
      body: { error: 'Something went wrong on our side; the log has the details.' },
    })
  }
  const samples = await scrape()
  expect(sumOf(samples, 'prediction_errors_total', { error_type: 'internal_error' })).toBe(10)
  expect(sumOf(samples, 'prediction_errors_total', { error_type: 'invalid_input' })).toBe(0)
  expect(sumOf(samples, 'model_status', { model_status: 'critical' })).toBe(1)
  expect(sumOf(samples, 'model_status')).toBe(1)
  expect((await ask('GET', '/health')).body.models[0].status).toBe('critical')
})

it('says how it is', async () => {
  const { ask } = startModelServer('iris')
  expect(await ask('GET', '/health')).toEqual({
    status: 200,
    body: {
      status: 'ok',
      models: [{ name: 'iris', version: 'v1', framework: 'softmax-regression', loaded: true, status: 'healthy' }],
    },
  })
  expect((await ask('GET', '/nowhere')).status).toBe(404)
  expect((await ask('POST', '/v1/predict', {})).status).toBe(404)
})
