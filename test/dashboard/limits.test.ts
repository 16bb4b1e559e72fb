/** The limits that panels draw are those of the rules, and every alert that a panel names exists. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { allDashboards } from '../../src/dashboard/dashboards.ts'
import { burnLimits, type Limit, limits } from '../../src/dashboard/limit.ts'
import { thresholdsOf } from '../../src/dashboard/threshold.ts'
import { shippedAlerts, shippedRules } from '../prometheus/shipped-rules.ts'
import { comparisons } from './promql.ts'
import { panelsOf } from './queries.ts'

const alerts = shippedAlerts()

describe('the limit', () => {
  it.each(Object.entries(limits) as [string, Limit][])('of %s is that of its rule', (name, limit) => {
    const found = alerts.filter(({ alert }) => alert === name)
    expect(found.map(({ labels }) => labels.severity)).toEqual([limit.severity])
    const drawn =
      limit.above === undefined ? { operator: '<', value: limit.below } : { operator: '>', value: limit.above }
    expect(comparisons(found[0]?.expr ?? '')).toContainEqual(drawn)
  })

  it.each(Object.entries(burnLimits))(
    'of the burn rate over %s is that of the rules',
    (window, { above, severity }) => {
      const record = `service_slo:error_budget:${severity === 'critical' ? 'fast' : 'slow'}_burn_rate`
      const { expr = '' } = shippedRules().find((rule) => 'record' in rule && rule.record === record) ?? {}
      expect(expr).toMatch(new RegExp(`burn_rate${window} > ${RegExp.escape(String(above))}\\s`))
    },
  )
})

describe('thresholds', () => {
  it.each([
    ['none', [], [[null, 'green']]],
    [
      'one above',
      [limits.HighErrorRate],
      [
        [null, 'green'],
        [0.1, 'orange'],
      ],
    ],
    [
      'two above, in any order',
      [limits.HighInferenceLatency, limits.HighPredictionLatency],
      [
        [null, 'green'],
        [0.5, 'orange'],
        [1, 'red'],
      ],
    ],
    [
      'one that counts',
      [limits.AlertRouterDeadLetters],
      [
        [null, 'green'],
        [1, 'red'],
      ],
    ],
    [
      'one below',
      [limits.LowModelConfidence],
      [
        [null, 'orange'],
        [0.7, 'green'],
      ],
    ],
    [
      'two below',
      [limits.ModelAccuracyDegraded, limits.ModelAccuracyDrop],
      [
        [null, 'red'],
        [0.75, 'orange'],
        [0.85, 'green'],
      ],
    ],
  ])('%s', (_, chosen, steps) => {
    expect(
      thresholdsOf(chosen, 'green')
        .build()
        .steps.map(({ value, color }) => [value, color]),
    ).toEqual(steps)
  })

  it('point into one direction', () => {
    expect(() => thresholdsOf([limits.HighErrorRate, limits.LowModelConfidence], 'green')).toThrow('one panel')
  })
})

it('every runbook that is linked is there, and belongs to an alert', () => {
  const names = new Set(alerts.map(({ alert }) => alert))
  const linked = allDashboards().flatMap((one) => panelsOf(one).flatMap(({ links = [] }) => links))
  expect(linked.length).toBeGreaterThan(20)
  for (const { url = '' } of linked) {
    const [, alert] = /^\$\{prometheus:raw\}\/user\/(\w+)\.md$/.exec(url) ?? []
    expect(names, url).toContain(alert)
    expect(existsSync(`prometheus/runbooks/${alert}.md`), url).toBe(true)
  }
})
