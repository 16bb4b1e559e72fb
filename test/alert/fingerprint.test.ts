/** FNV-1a as Alertmanager computes it: its own vectors, recorded payloads, and a slow second implementation. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprint } from '../../src/alert/fingerprint.ts'
import { toLabels } from '../../src/alert/labels.ts'

describe('fingerprint', () => {
  it.each([
    [{ alertname: 'A', severity: 'crit', team: 'infra' }, '5214de524a5c1a73'],
    [{ team: 'infra', severity: 'crit', alertname: 'A' }, '5214de524a5c1a73'],
    [{ alertname: 'B', x: 'é"q' }, '08125d3ab3a9e9c5'],
    [{ alertname: 'M1', team: 'max' }, 'bf98d07a3c0aafa3'],
    [{}, 'cbf29ce484222325'],
  ])('of %j is %s, as Alertmanager 0.25 says', (labels, expected) => {
    expect(fingerprint(toLabels(labels))).toBe(expected)
  })

  it.each(['firing', 'mixed', 'resolved'])('agrees with the recorded %s payload', (name) => {
    const text = readFileSync(new URL(`../fixtures/webhook-${name}.json`, import.meta.url), 'utf8')
    const { alerts } = JSON.parse(text) as { alerts: { labels: object; fingerprint: string }[] }
    expect(alerts.length).toBeGreaterThan(1)
    expect(alerts.map((alert) => fingerprint(toLabels(alert.labels)))).toEqual(alerts.map((alert) => alert.fingerprint))
  })

  it('agrees with the textbook form on any labels', () => {
    const name = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('9', '10', '__proto__', '\u{1f600}', '\uff21'))
    fc.assert(
      fc.property(fc.dictionary(name, fc.string({ unit: 'binary' })), (raw) => {
        const labels = toLabels(raw)
        expect(fingerprint(labels)).toBe(textbook(labels))
      }),
      { numRuns: 2000 },
    )
  })
})

function textbook(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map((pair) => pair.map((text) => Buffer.from(text)) as [Buffer, Buffer])
  pairs.sort(([a], [b]) => Buffer.compare(a, b))
  let hash = 0xcbf29ce484222325n
  for (const byte of pairs.flatMap(([name, value]) => [...name, 0xff, ...value, 0xff])) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  }
  return hash.toString(16).padStart(16, '0')
}
