/** Scaled rules: only durations differ, each by the factor, and promtool takes the result. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { scaledRules } from '../../src/stack/scaled-rules.ts'
import { describeWith } from '../components.ts'

const shipped = fileURLToPath(new URL('../../prometheus/rules/', import.meta.url))

async function shippedRules(): Promise<{ name: string; text: string }[]> {
  const names = (await readdir(shipped)).filter((name) => name.endsWith('.yml'))
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(shipped, name), 'utf8') })))
}

function scaledExpression(expr: string): string {
  const text = JSON.stringify({ groups: [{ name: 'one', rules: [{ record: 'a:b', expr }] }] })
  return parse(scaledRules(text, 60)).groups[0].rules[0].expr
}

it.each<[string, string, string]>([
  ['ranges', 'rate(x[10m])', 'rate(x[10s])'],
  ['subqueries', 'max_over_time(rate(x[1h])[1d:10m])', 'max_over_time(rate(x[1m])[24m:10s])'],
  ['subqueries without a step', 'max_over_time(x[1h:])', 'max_over_time(x[1m:])'],
  ['offsets', 'x offset 1h - x offset -1d', 'x offset 1m - x offset -24m'],
  ['nothing below 5 s', 'rate(x[1m] offset 2m)', 'rate(x[5s] offset 5s)'],
  ['no longer than before', 'rate(x[2s])', 'rate(x[2s])'],
  ['no names, labels or texts', 'job:x:rate5m{w="5m[5m]"} # [5m]', 'job:x:rate5m{w="5m[5m]"} # [5m]'],
  ['no numbers', 'x > 300 and y[5m] == 5', 'x > 300 and y[5s] == 5'],
  ['on several lines', 'rate(x[10m])\n/\nrate(y[20m])\n', 'rate(x[10s])\n/\nrate(y[20s])\n'],
])('scales expressions: %s', (_, expr, expected) => {
  expect(scaledExpression(expr)).toBe(expected)
})

it('scales groups and alerts, and leaves labels and annotations', () => {
  const text = `
    groups:
      - name: 5m
        interval: 10m
        limit: 300
        rules:
          - alert: A
            expr: x
            for: 1h
            keep_firing_for: 10m
            labels: { window: 1h }
            annotations: { summary: 'for 1h', description: '{{ $value }} over [5m]' }
          - alert: B
            expr: vector(1)
            for: 0s`
  expect(parse(scaledRules(text, 60))).toEqual({
    groups: [
      {
        name: '5m',
        interval: '10s',
        limit: 300,
        rules: [
          {
            alert: 'A',
            expr: 'x',
            for: '1m',
            keep_firing_for: '10s',
            labels: { window: '1h' },
            annotations: { summary: 'for 1h', description: '{{ $value }} over [5m]' },
          },
          { alert: 'B', expr: 'vector(1)', for: '0s' },
        ],
      },
    ],
  })
})

it('names the rule whose expression is no PromQL', () => {
  expect(() => scaledExpression('sum(rate(x[5m]')).toThrow(/^The expression of a:b is no PromQL/)
})

it('changes nothing but durations in the shipped rules', async () => {
  const files = await shippedRules()
  expect(files.map(({ name }) => name)).toContain('slo.yml')
  for (const { name, text } of files) {
    const scaled: unknown = parse(scaledRules(text, 300))
    expect(scaled, name).toEqual(expectedTree(parse(text), ''))
    // The Watchdog waits for nothing.
    if (name !== 'watchdog.yml') expect(scaled, name).not.toEqual(parse(text))
  }
})

describeWith('promtool', 'promtool', (promtool) => {
  it('takes the shipped rules when they are scaled', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'alert-router-test-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const files = await shippedRules()
    for (const { name, text } of files) await writeFile(join(folder, name), scaledRules(text, 300))
    const paths = files.map(({ name }) => join(folder, name))
    const { status, stderr, stdout } = spawnSync(promtool, ['check', 'rules', ...paths], { encoding: 'utf8' })
    expect(stderr + stdout).not.toContain('FAILED')
    expect(status).toBe(0)
  })
})

const durationKeys = ['for', 'keep_firing_for', 'interval', 'query_offset']

/** Found without the parser: durations stand in brackets, after `offset` and under some keys. */
function expectedTree(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item) => expectedTree(item, key))
  if (typeof value === 'object' && value !== null) {
    const isText = key === 'labels' || key === 'annotations'
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, isText ? item : expectedTree(item, name)]),
    )
  }
  if (durationKeys.includes(key)) return inSeconds(String(value))
  return key === 'expr'
    ? String(value).replace(/\[[^\]]*\]|offset\s+-?\w+/g, (part) => part.replace(/\d+\w+/g, inSeconds))
    : value
}

/** Every duration of the shipped rules has one unit. */
function inSeconds(duration: string): string {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? []
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }
  const before = Number(count) * (units[unit] ?? Number.NaN)
  const after = Math.min(before, Math.max(5, before / 300))
  if (!Number.isInteger(after)) throw new Error(`${duration} / 300 is no whole number of seconds`)
  return after !== 0 && after % 60 === 0 ? `${after / 60}m` : `${after}s`
}
