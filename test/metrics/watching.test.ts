/** What the router counts of its watch over itself. */
import { describe, expect, it } from 'vitest'
import { parseWebhook } from '../../src/alert/webhook.ts'
import { createMetrics } from '../../src/metrics.ts'

describe('received alerts', () => {
  const nothing = { opened: 0, closed: 0, repeated: 0, quarantined: 0, mismatched: 0, lifetimesMs: [] }
  const alert = { status: 'firing', labels: { alertname: 'A' }, startsAt: '2026-01-01T00:00:00Z' }
  const webhook = parseWebhook({ alerts: [alert, alert, alert] }, 0)
  if ('error' in webhook) throw new Error(webhook.error)

  it.each([
    ['each opened, closed or repeated something', { opened: 1, closed: 1, repeated: 1 }, 0],
    ['one ended a life and began the next', { opened: 1, closed: 2, repeated: 1 }, 0],
    ['one did nothing', { opened: 1, repeated: 1 }, 1],
    ['none did anything; what is quarantined is not among them', { quarantined: 3 }, 3],
  ])('%s', (_, summary, lost) => {
    const metrics = createMetrics('1')
    metrics.ingested('default', webhook, { ...nothing, opened: 3 }, 0)
    metrics.ingested('default', webhook, { ...nothing, ...summary }, 0)
    expect(metrics.unaccountedAlerts()).toBe(lost)
  })
})

it('outbound heartbeats are counted by how they went, and the last that arrived has a time', async () => {
  const metrics = createMetrics('1')
  metrics.pinged('ok', 1_500)
  metrics.pinged('failed', 2_500)
  metrics.pinged('withheld', 3_500)
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => /^alertrouter_heartbeat_/.test(line))
  expect(lines).toEqual([
    'alertrouter_heartbeat_ping_total{result="ok"} 1',
    'alertrouter_heartbeat_ping_total{result="failed"} 1',
    'alertrouter_heartbeat_ping_total{result="withheld"} 1',
    'alertrouter_heartbeat_last_ping_timestamp_seconds 1.5',
  ])
})
