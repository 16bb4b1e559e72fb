/** The report as people see it: it fits, it says what is not known, and no label reaches the screen unclean. */
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type AlertHealth, type Health, isCritical } from '../../src/health-report/health.ts'
import { printHealth } from '../../src/health-report/printed.ts'
import { readSettings } from '../../src/health-report/settings.ts'
import { cells } from '../../src/terminal/cells.ts'
import { openTerminal } from '../../src/terminal/terminal.ts'

/** Names that want to move the cursor, colour the screen, or be something else. */
const hostile = ['\u001b[2J\u001b[31mred', 'two\r\nlines', '\u202eright to left', '<!channel>', '', 'a'.repeat(300)]

const now = Date.parse('2026-11-21T12:00:00Z')
const latency = { p50: 0.0021, p95: 0.004, p99: 1.5 }
const unknown = { p50: null, p95: null, p99: null }
const objectives = ['availability', 'errors', 'latency', 'throughput'].flatMap((slo) =>
  ['model-server', 'ml-api'].map((service) => {
    return { service, slo, objective: 0.999, measured1h: 0.99999, measured3d: 1, budgetLeft: -0.2, burnRate: 34.04 }
  }),
)

const health: Health = {
  services: [
    { service: 'model-server', up: true, rate: 20, errors: 0, latency },
    { service: 'ml-api', up: null, rate: null, errors: null, latency: unknown },
  ],
  models: [
    {
      ...{ model: 'iris', status: 'critical', rate: 20, errors: 0.3, latency, accuracy: 0.7 },
      drift: { feature: 'DeviceProtection', score: 0.31 },
      confidence: { mean: 0.94, low: 0, medium: 0.1, high: 0.9 },
    },
    {
      ...{ model: 'churn-v2', status: null, rate: null, errors: null, latency: unknown, accuracy: null, drift: null },
      confidence: { mean: null, low: null, medium: null, high: null },
    },
  ],
  objectives,
  alerts: [],
  watchdog: true,
  warnings: [],
}

const alert: AlertHealth = {
  alert: 'AlertRouterNotificationsLate',
  ...{ severity: 'critical', team: 'ml-platform', service: 'node-exporter', state: 'firing', summary: '' },
  since: '2026-11-21T11:56:00.000Z',
}

function printed(of: Health, env: Record<string, string> = {}): string {
  let text = ''
  const terminal = openTerminal({ columns: 80, write: (part: string) => (text += part) }, env)
  printHealth(terminal, of, 'http://127.0.0.1:9090', '5m', now)
  return text
}

describe('the report', () => {
  it('cuts a name that would make every row as wide', () => {
    const [model] = health.models
    if (model === undefined) throw new Error('There is no model.')
    const lines = printed({ ...health, models: [...health.models, { ...model, model: 'a'.repeat(3_000) }] }).split('\n')
    expect(lines.length).toBeLessThan(80)
    expect(lines.some((line) => line.includes(`${'a'.repeat(40)}…`))).toBe(true)
  })

  it('fits into 80 columns without a broken row', () => {
    const text = printed({ ...health, alerts: [{ ...alert, state: 'pending' }] })
    const lines = text.split('\n')
    expect(Math.max(...lines.map(cells))).toBeLessThanOrEqual(80)
    for (const row of [
      /^ {2}model-server +yes +20\.0 +0\.0 % +2\.1 ms +4\.0 ms +1\.50 s$/m,
      /^ {2}iris +critical +20\.0 +30\.0 % +2\.1 ms +4\.0 ms +1\.50 s$/m,
      /^ {2}iris +70\.0 % +0\.31 {2}DeviceProtection$/m,
      /^ {2}iris +0\.94 +0\.0 % +10\.0 % +90\.0 % {2}▒{2}█{18}$/m,
      /^ {2}ml-api +throughput +99\.9 % {2}>99\.99 % {2}100\.00 % {2}overspent {3}34\.0$/m,
      /^ {2}\(critical\) {2}AlertRouterNotificationsLate {2}node-exporter {2}ml-platform {2}4 min$/m,
    ]) {
      expect(text).toMatch(row)
    }
  })

  it('says "no data" where nobody knows, and never 0', () => {
    const text = printed(health)
    expect(text).toMatch(/^ {2}ml-api( +no data){6}$/m)
    expect(text).toMatch(/^ {2}churn-v2( +no data){6}$/m)
    expect(text).toMatch(/^ {2}churn-v2( +no data){2}$/m)
    expect(text).toMatch(/^ {2}churn-v2( +no data){4}$/m)
  })

  it.each([
    ['nothing fires', {}, /^HEALTHY: no alert fires; no data of ml-api$/m, false],
    [
      'a warning fires',
      { alerts: [{ ...alert, severity: 'warning' }] },
      /^No critical alert fires; one other does; no data of ml-api$/m,
      false,
    ],
    ['a critical one is pending', { alerts: [{ ...alert, state: 'pending' as const }] }, /^HEALTHY/m, false],
    ['a critical one fires', { alerts: [alert] }, /^CRITICAL: 1 critical alert fires$/m, true],
    ['the Watchdog does not', { watchdog: false }, /^CRITICAL: the Watchdog does not fire/m, true],
  ])('when %s', (_when, part, says, critical) => {
    const of = { ...health, ...part }
    expect(printed(of)).toMatch(says)
    expect(isCritical(of)).toBe(critical)
  })

  it('says once what is alike but for what has no column', () => {
    const older = { ...alert, since: '2026-11-21T11:00:00.000Z' }
    const text = printed({ ...health, alerts: [older, alert, { ...alert, service: 'router' }] })
    expect(text).toMatch(/^ {2}critical {2}AlertRouterNotificationsLate ×2 {2}node-exporter {2}ml-platform {2}60 min$/m)
    expect(text).toMatch(/^ {2}critical {2}AlertRouterNotificationsLate {5}router /m)
  })

  it('has colours where they are wanted only, and the same text', () => {
    const coloured = printed(health, { FORCE_COLOR: '1' })
    expect(coloured).toContain('\u001b[')
    expect(stripVTControlCharacters(coloured)).toBe(printed(health))
  })

  it('prints hostile labels as text', () => {
    const text = printed({ ...health, alerts: hostile.map((name) => ({ ...alert, alert: name, team: name })) })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  })
})

it.each([
  [[], { json: false, window: null }],
  [['--json', '--window', '1h30m'], { json: true, window: '1h30m' }],
  [['-h'], null],
])('%j is read as %j', (args, settings) => {
  expect(readSettings(args)).toEqual(settings)
})

it.each([
  [['--window', '5'], /--window: write a time such as 5m/],
  [['--window', '5m])'], /--window/],
  [['--colour'], /--help lists the options/],
])('%j is refused: %s', (args, says) => {
  expect(() => readSettings(args)).toThrow(says)
})
