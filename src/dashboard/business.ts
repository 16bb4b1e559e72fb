/** What the predictions mean for the business: customers worth a call, money at stake, and how far to trust both. */
import { board, type Row } from './board.ts'
import { barGauge, stat, timeSeries } from './panel.ts'
import { inRange, rate, share } from './promql.ts'
import { labelVariable } from './variable.ts'

const chosen = 'job="ml-api", model_name=~"$model"'
const highValue = `high_value_predictions_total{${chosen}}`
const revenue = `predicted_revenue_impact_total{${chosen}}`
const atRisk = `predicted_revenue_impact_total{${chosen}, prediction_class="churn"}`
const byBucket = `predictions_by_confidence_bucket_total{${chosen}}`
const predicted = 'ml_predictions_total{job="ml-api", status="success"}'
const leaving = 'ml_predictions_total{job="ml-api", status="success", prediction_result="churn"}'

/** Versions are never added up: a customer whom both were asked about would count twice. */
export const business = () =>
  board({
    uid: 'business',
    title: 'Business',
    description: 'Customers who are about to leave, and what they pay, by model version.',
    about: 'service="ml-api"',
    variables: [
      labelVariable('model', { title: 'Churn model', label: 'model_name', series: 'high_value_predictions_total' }),
    ],
    rows: [inTheTimeShown, customers, money, confidence],
  })

const inTheTimeShown: Row = {
  title: 'In the time shown',
  panels: [
    stat({
      title: 'High-value predictions',
      description: 'Customers predicted to leave who pay 80 or more a month: call them first.',
      unit: 'short',
      width: 8,
      decimals: 0,
      queries: [{ expr: inRange(highValue, ['model_name']), legend: '{{model_name}}' }],
    }),
    stat({
      title: 'Revenue at risk',
      description: 'What the customers predicted to leave pay in a year.',
      unit: 'currencyUSD',
      width: 8,
      queries: [{ expr: inRange(atRisk, ['model_name']), legend: '{{model_name}}' }],
    }),
    stat({
      title: 'Churn',
      description: 'Share of the customers asked about who are predicted to leave.',
      unit: 'percentunit',
      width: 8,
      queries: [
        {
          expr: share(inRange(leaving, ['model_version']), inRange(predicted, ['model_version'])),
          legend: '{{model_version}}',
        },
      ],
    }),
  ],
}

const customers: Row = {
  title: 'Customers',
  panels: [
    timeSeries({
      title: 'High-value predictions per minute',
      description: 'A jump without a campaign behind it asks for a look at the inputs first.',
      unit: 'short',
      width: 12,
      min: 0,
      queries: [{ expr: `60 * ${rate(highValue, ['model_name'])}`, legend: '{{model_name}}' }],
    }),
    timeSeries({
      title: 'Share predicted to leave',
      description: 'Of the customers asked about. Versions that part are not equally right: see accuracy on ML API.',
      unit: 'percentunit',
      width: 12,
      min: 0,
      queries: [
        {
          expr: share(rate(leaving, ['model_version']), rate(predicted, ['model_version'])),
          legend: '{{model_version}}',
        },
      ],
    }),
  ],
}

const money: Row = {
  title: 'Revenue',
  panels: [
    timeSeries({
      title: 'Revenue by prediction, per minute',
      description: 'What the customers asked about in a minute pay in a year.',
      unit: 'currencyUSD',
      width: 12,
      min: 0,
      queries: [
        {
          expr: `60 * ${rate(revenue, ['model_name', 'prediction_class'])}`,
          legend: '{{model_name}} {{prediction_class}}',
        },
      ],
    }),
    timeSeries({
      title: 'Share of the revenue at risk',
      description: 'If it lies above the share of customers predicted to leave, it is the better paying ones who go.',
      unit: 'percentunit',
      width: 12,
      min: 0,
      queries: [{ expr: share(rate(atRisk, ['model_name']), rate(revenue, ['model_name'])), legend: '{{model_name}}' }],
    }),
  ],
}

const confidence: Row = {
  title: 'Confidence',
  panels: [
    barGauge({
      title: 'Predictions by confidence',
      description: 'In the time shown: low is below 0.5, medium below 0.8, high is the rest.',
      unit: 'short',
      width: 8,
      min: 0,
      decimals: 0,
      queries: ['low', 'medium', 'high'].map((bucket) => ({
        expr: inRange(`predictions_by_confidence_bucket_total{${chosen}, confidence_bucket="${bucket}"}`, [
          'model_name',
        ]),
        legend: `{{model_name}} ${bucket}`,
      })),
    }),
    timeSeries({
      title: 'Share of confident predictions',
      description: 'Predictions of at least 0.8. What the model is not sure of is no reason to call a customer.',
      unit: 'percentunit',
      width: 16,
      min: 0,
      max: 1,
      queries: [
        {
          expr: share(
            rate(`predictions_by_confidence_bucket_total{${chosen}, confidence_bucket="high"}`, ['model_name']),
            rate(byBucket, ['model_name']),
          ),
          legend: '{{model_name}}',
        },
      ],
    }),
  ],
}
