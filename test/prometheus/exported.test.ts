/** Whatever a rule or a panel asks for is exported, by the very job that it selects, with the labels that it uses. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { allDashboards } from '../../src/dashboard/dashboards.ts'
import { describeWith } from '../components.ts'
import { dashboardQueries } from '../dashboard/queries.ts'
import {
  type Exported,
  exportedByComponents,
  exportedByModelServer,
  exportedByRouter,
  type Metrics,
} from './exported.ts'
import { type Matcher, type Selector, selectorsOf } from './selectors.ts'
import { shippedRules } from './shipped-rules.ts'

/** Prometheus puts these on every series: of the target, and `cluster` and `environment` only on what leaves it. */
const targetLabels = ['job', 'instance', 'service']

/** Made by Prometheus itself: `up` for every target, ALERTS for every alert. */
const synthetic = new Map([
  ['up', [...targetLabels]],
  ['ALERTS', [...targetLabels, 'alertname', 'alertstate', 'severity', 'team']],
])

const recorded = new Set(shippedRules().flatMap((rule) => ('record' in rule ? [rule.record] : [])))

const { scrape_configs } = parse(readFileSync('prometheus/prometheus.yml', 'utf8')) as {
  scrape_configs: { job_name: string }[]
}
/** The training job is not scraped: its results are pushed. */
const jobs = [...scrape_configs.map(({ job_name }) => job_name), 'training']

/** What is wrong with an expression, in words; empty if nothing is. `strict`: a metric is selected by its job. */
function problems(expr: string, exported: ReadonlyMap<string, Metrics>, strict: boolean): string[] {
  return selectorsOf(expr).flatMap((selector) => {
    const { metric, matchers } = selector
    if (recorded.has(metric)) return []
    const own = synthetic.get(metric)
    if (own !== undefined) return missingLabels(selector, { labels: new Set(own), series: [] })
    const selected = jobsOf(matchers)
    const byJob = matchers.some(({ name }) => name === 'job')
    if (strict && !byJob) return [`${metric} is selected without its job`]
    if (selected.length === 0) return [`${metric} is selected of no job`]
    const found = selected.map((job) => ({ job, exported: exported.get(job)?.get(metric) }))
    const absent = found.filter((one) => one.exported === undefined)
    // Who names a job means that job; who names none takes whoever exports it.
    if (absent.length === found.length || (byJob && absent.length > 0)) {
      return [`${metric} is not exported by ${absent.map(({ job }) => job).join(', ')}`]
    }
    return found.flatMap((one) => (one.exported === undefined ? [] : missingLabels(selector, one.exported)))
  })
}

/** `service` is the job, on every target. */
function jobsOf(matchers: readonly Matcher[]): string[] {
  const asked = matchers.filter(({ name }) => name === 'job' || name === 'service')
  return jobs.filter((job) => asked.every((matcher) => matchesText(matcher, job)))
}

function missingLabels({ metric, labels, matchers }: Selector, { labels: known, series }: Exported): string[] {
  const missing = labels.filter((label) => !known.has(label) && !targetLabels.includes(label))
  if (missing.length > 0) return [`${metric} has no label ${missing.join(', ')}`]
  const own = matchers.filter(({ name }) => !targetLabels.includes(name))
  const isThere =
    series.length === 0 || series.some((one) => own.every((matcher) => matchesText(matcher, one[matcher.name] ?? '')))
  return isThere ? [] : [`no series of ${metric} is what the selector asks for: ${JSON.stringify(own)}`]
}

function matchesText({ operator, value }: Matcher, text: string): boolean {
  const isMatch = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(text) : value === text
  return operator.startsWith('!') ? !isMatch : isMatch
}

const rules = shippedRules().map((rule) => {
  return { name: 'alert' in rule ? `${rule.alert} (${rule.labels.severity})` : rule.record, expr: rule.expr }
})
const dashboards = Map.groupBy(
  dashboardQueries(allDashboards(), { rateInterval: '1m', range: '1h' }),
  ({ dashboard }) => dashboard,
)

describeWith(
  ['prometheus', 'prometheus-alertmanager', 'node-exporter', 'pushgateway'],
  'what is asked of Prometheus',
  (prometheus = '', alertmanager = '', nodeExporter = '', pushgateway = '') => {
    let exported: ReadonlyMap<string, Metrics> = new Map()

    // A test and not a hook: the programs end with it, and the tests that follow read what they said.
    it('is exported by jobs that are all known', { timeout: 120_000 }, async () => {
      exported = new Map([
        ['model-server', await exportedByModelServer('iris')],
        ['ml-api', await exportedByModelServer('churn')],
        ['alert-router', await exportedByRouter()],
        ...(await exportedByComponents({ prometheus, alertmanager, nodeExporter, pushgateway })),
      ])
      expect([...exported.keys()].sort()).toEqual([...jobs].sort())
    })

    it.each(rules)('$name selects what is there, by its job', ({ expr }) => {
      expect(problems(expr, exported, true)).toEqual([])
    })

    it.each([...dashboards])('the dashboard %s asks for what is there', (_, queries) => {
      const found = queries.flatMap(({ panel, expr }) =>
        problems(expr, exported, false).map((problem) => `${panel}: ${problem} (${expr})`),
      )
      expect(found).toEqual([])
    })

    describe('the test itself', () => {
      it.each([
        ['model_accurracy{job="ml-api"}', 'model_accurracy is not exported by ml-api'],
        ['predictions_total{job="ml-api"}', 'predictions_total is not exported by ml-api'],
        ['predictions_total{job=~"model-server|ml-api"}', 'predictions_total is not exported by ml-api'],
        ['predictions_total', 'predictions_total is selected without its job'],
        ['predictions_total{job="iris"}', 'predictions_total is selected of no job'],
        ['model_status{job="ml-api", status="critical"}', 'model_status has no label status'],
        ['sum by (severity) (model_status{job="ml-api"})', 'model_status has no label severity'],
        [
          'model_status{job="ml-api", model_status="broken"}',
          'no series of model_status is what the selector asks for: [{"name":"model_status","operator":"=","value":"broken"}]',
        ],
        ['job:up:present', 'job:up:present is selected without its job'],
        ['node_cpu_seconds_total{job="prometheus"}', 'node_cpu_seconds_total is not exported by prometheus'],
      ])('finds what is wrong with %s', (expr, problem) => {
        expect(problems(expr, exported, true)).toEqual([problem])
      })
    })
  },
)
