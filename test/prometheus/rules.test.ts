/** The rules: taken by promtool, proven by its unit tests, complete, and each alert seen firing, clearing and quiet. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeWith } from '../components.ts'
import { looksAt, ruleTests, testFiles, testFolder } from './rule-tests.ts'
import { selectorsOf, windowsOf } from './selectors.ts'
import { ruleFiles, shippedAlerts, shippedRules } from './shipped-rules.ts'

const run = promisify(execFile)

/** Every alert that has to be there. `window`: how far its rates look back. */
const required: readonly (readonly [alert: string, severity: string, wait: string, team: string, window?: string])[] = [
  ['HighPredictionErrorRate', 'critical', '2m', 'ml-platform', '5m'],
  ['LowModelConfidence', 'warning', '5m', 'ml-platform'],
  ['HighPredictionLatency', 'warning', '3m', 'ml-platform', '5m'],
  ['HighInferenceLatency', 'critical', '3m', 'ml-platform', '5m'],
  ['PredictionDistributionDrift', 'warning', '10m', 'ml-platform', '1h'],
  ['LowPredictionThroughput', 'info', '5m', 'ml-platform', '5m'],
  ['ModelAccuracyDrop', 'critical', '10s', 'ml-platform'],
  ['ModelAccuracyDegraded', 'warning', '5m', 'ml-platform'],
  ['DataDriftDetected', 'warning', '10m', 'data-science'],
  ['ModelStatusCritical', 'critical', '1m', 'ml-platform'],
  ['ModelStatusDegraded', 'warning', '1m', 'ml-platform'],
  ['InvalidFeaturesHigh', 'warning', '5m', 'data-science', '5m'],
  ['ModelNotLoaded', 'critical', '1m', 'ml-platform'],
  ['APIDown', 'critical', '30s', 'ml-platform'],
  ['HighErrorRate', 'warning', '1m', 'ml-platform', '2m'],
  ['HighLatency', 'warning', '1m', 'ml-platform', '2m'],
  ['HighResponseTime', 'critical', '5m', 'ml-platform', '5m'],
  ['DemoHighErrorCount', 'demo', '10s', 'ml-platform', '2m'],
  ['DemoHighRequestRate', 'demo', '30s', 'ml-platform', '1m'],
  ['HttpErrorRateHigh', 'critical', '5m', 'platform', '5m'],
  ['HttpLatencyHigh', 'warning', '5m', 'platform', '5m'],
  ['HttpThroughputLow', 'info', '5m', 'platform', '5m'],
  ['HttpResponseTimeHigh', 'warning', '5m', 'platform', '5m'],
  ['HostHighCpu', 'warning', '5m', 'platform', '5m'],
  ['HostHighMemory', 'warning', '5m', 'platform'],
  ['HostLowDisk', 'critical', '5m', 'platform'],
  ['ServiceDown', 'critical', '1m', 'platform'],
  ['HighMemoryUsage', 'warning', '5m', 'platform'],
  ['ModelServerDown', 'critical', '1m', 'platform'],
  ['SloAvailability', 'critical', '0s', 'ml-platform'],
  ['SloAvailability', 'warning', '0s', 'ml-platform'],
  ['SloErrors', 'critical', '0s', 'ml-platform'],
  ['SloErrors', 'warning', '0s', 'ml-platform'],
  ['SloLatency', 'critical', '0s', 'ml-platform'],
  ['SloLatency', 'warning', '0s', 'ml-platform'],
  ['SloThroughput', 'critical', '0s', 'ml-platform'],
  ['SloThroughput', 'warning', '0s', 'ml-platform'],
  ['AlertRouterDown', 'critical', '1m', 'platform'],
  ['AlertRouterWebhooksRejected', 'warning', '1m', 'platform', '5m'],
  ['AlertRouterNotificationsLate', 'critical', '5m', 'platform'],
  ['AlertRouterDeliveryFailing', 'warning', '5m', 'platform', '5m'],
  ['AlertRouterCircuitOpen', 'warning', '1m', 'platform'],
  ['AlertRouterDeadLetters', 'critical', '1m', 'platform'],
  ['AlertRouterStoreFailing', 'critical', '1m', 'platform'],
  ['AlertRouterHeartbeatMissing', 'critical', '0s', 'platform'],
  ['Watchdog', 'none', '0s', 'platform'],
]

/** They fire when all is well; of all others the first step is said. */
const nothingToMend = ['DemoHighErrorCount', 'DemoHighRequestRate', 'Watchdog']

const alerts = shippedAlerts()
const tests = ruleTests()
const recorded = new Map(shippedRules().flatMap((rule) => ('record' in rule ? [[rule.record, rule.expr]] : [])))

/** Also those of the recorded series that it is made of. */
function allWindows(expr: string): string[] {
  const below = selectorsOf(expr).flatMap(({ metric }) => recorded.get(metric) ?? [])
  return [...windowsOf(expr), ...below.flatMap(allWindows)]
}

describe('the alerts', () => {
  it('are these, each as severe, as patient and as much of this team', () => {
    const found = alerts.map(({ alert, labels, for: wait = '0s' }) => [alert, labels.severity, wait, labels.team])
    const wanted = required.map(([alert, severity, wait, team]) => [alert, severity, wait, team])
    // AlertRouterStoreFailing has two rules, told apart by their label `symptom`.
    expect(new Set(found.map((one) => one.join()))).toEqual(new Set(wanted.map((one) => one.join())))
  })

  it.each(required.filter(([, , , , window]) => window !== undefined))(
    '%s (%s, %s, %s) looks back over %s',
    (...row) => {
      const [name, , , , window] = row
      const [rule] = alerts.filter(({ alert }) => alert === name)
      expect(new Set(allWindows(rule?.expr ?? ''))).toEqual(new Set([window]))
    },
  )

  it.each(alerts)(
    '$alert ($labels.severity) says with its value what it is about, and what to do',
    ({ alert, annotations }) => {
      expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook_url', 'summary'])
      expect(annotations.summary).toContain('$value')
      expect(annotations.description).toMatch(/\.$/)
      if (!nothingToMend.includes(alert)) expect(annotations.description).toMatch(/\bfirst\b/)
    },
  )

  it('that have one name differ in their labels, or one would end the other', () => {
    const keys = alerts.map(({ alert, labels }) => `${alert} ${JSON.stringify(labels)}`)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('the tests of promtool', () => {
  it('are there for every rule file', () => {
    const tested = ruleFiles().filter((file) => testFiles().includes(`${file}.yml`))
    expect(tested).toEqual(ruleFiles())
  })

  // promtool is content with an alert that does not exist, as long as it is not expected to fire.
  it('are about alerts that exist', () => {
    const asked = tests.flatMap(({ alert_rule_test = [] }) => alert_rule_test.map(({ alertname }) => alertname))
    const names = new Set(alerts.map(({ alert }) => alert))
    expect(asked.filter((name) => !names.has(name))).toEqual([])
  })

  it.each(alerts)('see $alert ($labels.severity) fire, with the labels that route it', (rule) => {
    const fired = tests.flatMap((test) => looksAt(rule, test)).flatMap((look) => look.fired)
    expect(fired).not.toEqual([])
    for (const labels of fired)
      expect(Object.keys(labels)).toEqual(expect.arrayContaining(['severity', 'team', 'service']))
  })

  const clearing = alerts.filter(({ alert }) => alert !== 'Watchdog')

  it.each(clearing)('see $alert ($labels.severity) clear again', (rule) => {
    const clears = tests.filter((test) => {
      const looks = looksAt(rule, test)
      const fires = looks.findIndex(({ fired }) => fired.length > 0)
      return fires >= 0 && looks.slice(fires).some(({ fired }) => fired.length === 0)
    })
    expect(clears.map(({ name }) => name)).not.toEqual([])
  })

  it.each(clearing)('see $alert ($labels.severity) stay quiet', (rule) => {
    const quiet = tests.filter((test) => {
      const looks = looksAt(rule, test)
      return looks.length > 0 && looks.every(({ fired }) => fired.length === 0)
    })
    expect(quiet.map(({ name }) => name)).not.toEqual([])
  })

  // The first look at which it does not fire yet is what proves its patience.
  it.each(clearing.filter(({ for: wait }) => wait !== undefined))(
    'see $alert ($labels.severity) wait for $for',
    (rule) => {
      const waits = tests.filter((test) => {
        const looks = looksAt(rule, test)
        const fires = looks.findIndex(({ fired }) => fired.length > 0)
        return fires > 0 && looks[fires - 1]?.fired.length === 0
      })
      expect(waits.map(({ name }) => name)).not.toEqual([])
    },
  )
})

describeWith('promtool', 'promtool', (promtool = '') => {
  /** What it says, if it is not content; null if it is. */
  const complaint = async (...args: readonly string[]) => {
    return run(promtool, args).then(
      () => null,
      ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}${stderr}`,
    )
  }

  it('takes the rules, and warns of nothing', async () => {
    const { stdout, stderr } = await run(promtool, [
      ...['check', 'rules', '--lint=all', '--lint-fatal'],
      ...ruleFiles().map((file) => `prometheus/rules/${file}.yml`),
    ])
    expect(stderr).toBe('')
    expect(stdout.match(/SUCCESS: \d+ rules found/g)).toHaveLength(ruleFiles().length)
  })

  // Those of slo-windows.yml go through days, which takes seconds.
  it.each(testFiles())('finds the tests in %s to hold', { timeout: 120_000 }, async (file) => {
    const said = await complaint('test', 'rules', `${testFolder}/${file}`)
    if (said !== null) expect.fail(said)
  })
})
