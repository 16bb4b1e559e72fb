/** How long an alert takes is read off the rules that Prometheus evaluates. */
import { expect, it } from 'vitest'
import type { Rule } from '../../src/stack/prometheus-api.ts'
import { durationsOf } from '../../src/trigger/durations.ts'
import { durationText } from '../../src/trigger/listing.ts'

const rule = (name: string, query: string, more: Partial<Rule> = {}): Rule => {
  return { name, type: 'alerting', severity: 'warning', query, forSeconds: 0, lastError: '', ...more }
}

const recording = (name: string, query: string) => rule(name, query, { type: 'recording', severity: '' })

it.each([
  ['only "for"', [rule('A', 'up == 0', { forSeconds: 60 })], { window: 0, for: 60 }],
  ['a range', [rule('A', 'rate(x_total[5m]) > 1', { forSeconds: 120 })], { window: 300, for: 120 }],
  ['the longest of two', [rule('A', 'rate(x[5m]) / rate(y[1h30m])')], { window: 5_400, for: 0 }],
  ['a subquery and an offset', [rule('A', 'max_over_time(x[10m:30s]) > y offset 1d')], { window: 86_400, for: 0 }],
  [
    'through recorded rules',
    [rule('A', 'job:x:b > 1'), recording('job:x:b', 'sum_over_time(job:y:c[2h])'), recording('job:y:c', 'rate(y[3d])')],
    { window: 259_200, for: 0 },
  ],
  [
    'rules that record each other',
    [rule('A', 'a:b > 1'), recording('a:b', 'b:c + 1'), recording('b:c', 'a:b[5s]')],
    { window: 5, for: 0 },
  ],
  [
    'two rules of one name',
    [rule('A', 'x[1m]', { forSeconds: 5 }), rule('A', 'y', { forSeconds: 10 })],
    { window: 60, for: 10 },
  ],
  ['another severity', [rule('A', 'x', { severity: 'critical' })], null],
  ['no such rule', [rule('B', 'x')], null],
])('%s', (_what, rules, expected) => {
  expect(durationsOf('A', 'warning', rules)).toEqual(expected)
})

it.each([
  [0, '0s'],
  [5, '5s'],
  [90, '1m30s'],
  [3_600, '1h'],
  [266_400, '3d2h'],
])('%i seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})
