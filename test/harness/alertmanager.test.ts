/** The stories' own fingerprint and payload against what a real Alertmanager gave. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { fingerprintOf, webhookPayload } from './alertmanager.ts'

it.each([
  [{ alertname: 'A', severity: 'crit', team: 'infra' }, '5214de524a5c1a73'],
  [{ x: 'é"q', alertname: 'B' }, '08125d3ab3a9e9c5'],
  [{ alertname: 'M1', team: 'max' }, 'bf98d07a3c0aafa3'],
  [{}, 'cbf29ce484222325'],
])('gives %j the fingerprint %s', (labels, fingerprint) => {
  expect(fingerprintOf(labels)).toBe(fingerprint)
})

it.each(['firing', 'mixed', 'search', 'resolved'])('builds the recorded %s body again from its alerts', (name) => {
  const recorded = JSON.parse(readFileSync(new URL(`../../src/demo/payloads/${name}.json`, import.meta.url), 'utf8'))
  const alerts = recorded.alerts.map((alert: Record<string, string>) => ({
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: Date.parse(alert.startsAt ?? ''),
    endsAt: alert.status === 'firing' ? null : Date.parse(alert.endsAt ?? ''),
  }))
  const built = JSON.parse(JSON.stringify(webhookPayload(alerts)))
  const kept = ['status', 'commonLabels', 'commonAnnotations', 'version', 'truncatedAlerts']
  expect(kept.map((key) => built[key])).toEqual(kept.map((key) => recorded[key]))
  const withoutSource = (all: object[]) => all.map((alert) => ({ ...alert, generatorURL: '' }))
  expect(withoutSource(built.alerts)).toEqual(withoutSource(recorded.alerts))
  expect(Object.keys(built).sort()).toEqual(Object.keys(recorded).sort())
})
