/** `POST /v1/predict` and `/v2/predict` of the churn server: one customer, many, and those that cannot be. */
import { describe, expect, it } from 'vitest'
import { inventCustomers } from '../../src/model-server/churn/customers.ts'
import { seededRandom } from '../../src/model-server/random.ts'
import { customer } from './customer.ts'
import { startModelServer } from './rig.ts'
import { sumOf } from './samples.ts'

describe.each(['v1', 'v2'])('%s', (version) => {
  it('answers one customer with one prediction', async () => {
    const { ask, scrape } = startModelServer('churn')
    const { status, body } = await ask('POST', `/${version}/predict`, customer)
    expect(status).toBe(200)
    expect(body).toEqual({
      prediction_id: 'p-1',
      prediction: 'churn',
      probability: expect.any(Number),
      model_version: version,
    })
    expect(body.probability).toBeGreaterThan(0.8)
    const samples = await scrape()
    const counted = { model_version: version, prediction_result: 'churn', status: 'success' }
    expect(sumOf(samples, 'ml_predictions_total', counted)).toBe(1)
    expect(sumOf(samples, 'ml_predictions_total')).toBe(1)
    expect(sumOf(samples, 'ml_prediction_duration_seconds_count', { model_version: version })).toBe(1)
    expect(sumOf(samples, 'high_value_predictions_total', { model_name: `churn-${version}` })).toBe(1)
    expect(sumOf(samples, 'predicted_revenue_impact_total', { prediction_class: 'churn' })).toBe(12 * 90.5)
    expect(sumOf(samples, 'predicted_revenue_impact_total', { prediction_class: 'stay' })).toBe(0)
    expect(sumOf(samples, 'feature_max', { feature_name: 'tenure' })).toBe(2)
    expect(sumOf(samples, 'feature_max', { feature_name: 'SeniorCitizen' })).toBeUndefined()
  })

  it('answers a list with a list in its order', async () => {
    const { ask } = startModelServer('churn')
    const loyal = { ...customer, Contract: 'Two year', tenure: 70, OnlineSecurity: 'Yes', MonthlyCharges: 40 }
    const { body } = await ask('POST', `/${version}/predict`, [customer, loyal, customer])
    expect(body.map(({ prediction }: { prediction: string }) => prediction)).toEqual(['churn', 'stay', 'churn'])
    expect(body[1].probability).toBeLessThan(0.2)
    expect((await ask('POST', `/${version}/predict`, [customer])).body).toHaveLength(1)
  })
})

it('v2 is right more often than v1, by their own metric', async () => {
  const { ask, scrape } = startModelServer('churn')
  const known = inventCustomers(200, seededRandom(1_234))
  for (const version of ['v1', 'v2']) {
    const { body } = await ask(
      'POST',
      `/${version}/predict`,
      known.map(({ customer }) => customer),
    )
    for (const [n, { prediction_id }] of body.entries()) {
      await ask('POST', '/feedback', { prediction_id, label: known[n]?.churned ? 'churn' : 'stay' })
    }
  }
  const samples = await scrape()
  const [v1 = 0, v2 = 0] = ['churn-v1', 'churn-v2'].map((model) => sumOf(samples, 'model_accuracy', { model }))
  expect(v2).toBeGreaterThan(v1)
  expect(v1).toBeGreaterThan(0.85)
  for (const { labels, value } of samples.filter(({ name }) => name === 'data_drift_score')) {
    expect(value, labels.feature_name).toBeLessThan(0.1)
  }
})

const { gender: _, ...genderless } = customer

const bad: readonly (readonly [what: string, body: unknown, type: string, says: RegExp])[] = [
  ['a text for a number', { ...customer, tenure: '2' }, 'nan_values', /^tenure is not a number\.$/],
  ['NaN as text', { ...customer, TotalCharges: 'NaN' }, 'nan_values', /TotalCharges/],
  ['a blank, as old books have it', { ...customer, TotalCharges: ' ' }, 'nan_values', /TotalCharges/],
  ['a negative number', { ...customer, MonthlyCharges: -1 }, 'negative_values', /MonthlyCharges is negative/],
  ['infinity', JSON.stringify(customer).replace('90.5', '1e999'), 'infinite_values', /MonthlyCharges is not finite/],
  ['a thousand years', { ...customer, tenure: 12_000 }, 'out_of_range', /tenure is more than 1200/],
  ['a missing number', { ...customer, tenure: undefined }, 'missing_values', /tenure is missing/],
  ['a missing choice', genderless, 'missing_values', /gender is missing/],
  [
    'an unknown choice',
    { ...customer, Contract: 'Weekly' },
    'unknown_category',
    /Contract is none of "Month-to-month"/,
  ],
  [
    'a choice of every object',
    { ...customer, Partner: 'toString' },
    'unknown_category',
    /Partner is none of "No", "Yes"/,
  ],
  [
    'a wrong type for a choice',
    { ...customer, SeniorCitizen: '1' },
    'unknown_category',
    /SeniorCitizen is none of 0, 1/,
  ],
  ['an object for a choice', { ...customer, gender: {} }, 'unknown_category', /gender/],
  ['a customer in the prototype', `{"__proto__": ${JSON.stringify(customer)}}`, 'missing_values', /tenure is missing/],
  ['one bad customer of two', [customer, { ...customer, tenure: null }], 'nan_values', /^\[1\]\.tenure is not/],
  ['no customer', [], 'wrong_length', /holds no customer/],
  ['too many', Array(1_001).fill(0), 'wrong_length', /holds 1001 customers; send at most 1000/],
  ['a hundred thousand', Array(100_000).fill({}), 'wrong_length', /send at most 1000/],
  ['lists in lists', [[customer]], 'malformed_body', /^\[0\] is not a JSON object/],
  ['a number', 7, 'malformed_body', /not a JSON object/],
  ['no JSON', '[{', 'malformed_body', /JSON/],
]

describe('refuses', () => {
  it.each(bad)('%s', async (_what, body, type, says) => {
    const { ask, scrape } = startModelServer('churn')
    expect(await ask('POST', '/v2/predict', body)).toEqual({
      status: 400,
      body: { error: expect.stringMatching(says), type },
    })
    const samples = await scrape()
    const refused = { model_version: 'v2', prediction_result: 'none', status: 'error' }
    expect(sumOf(samples, 'ml_predictions_total', refused)).toBe(1)
    expect(sumOf(samples, 'ml_predictions_total')).toBe(1)
    expect(sumOf(samples, 'invalid_features_total', { model_name: 'churn-v2', validation_type: type })).toBe(1)
    expect(sumOf(samples, 'invalid_features_total')).toBe(1)
  })
})

it('takes the most that one request may ask about', async () => {
  const { ask, scrape } = startModelServer('churn')
  const { status, body } = await ask('POST', '/v2/predict', Array(1_000).fill(customer))
  expect(status).toBe(200)
  expect(body).toHaveLength(1_000)
  expect(sumOf(await scrape(), 'ml_predictions_total')).toBe(1_000)
})

it('ignores what it does not know, such as an id of the customer', async () => {
  const { ask } = startModelServer('churn')
  expect((await ask('POST', '/v1/predict', { ...customer, customerID: '7590-VHVEG' })).status).toBe(200)
})
