/** What a scrape shows after things have happened. */
import { describe, expect, it } from 'vitest'
import { parseWebhook } from '../src/alert/webhook.ts'
import { createMetrics, type Metrics } from '../src/metrics.ts'
import type { Attempted } from '../src/pipeline.ts'

async function scrape(metrics: Metrics): Promise<string[]> {
  const text = await metrics.registry.metrics()
  return text.split('\n').filter((line) => line.startsWith('alertrouter_') && !line.includes('_bucket{'))
}

describe('metrics', () => {
  it('count what webhooks brought', async () => {
    const metrics = createMetrics('1.2.3')
    const alerts = [{ status: 'firing' }, { status: 'firing' }, { status: 'resolved', endsAt: '2026-01-01T00:00:00Z' }]
    const labelled = alerts.map((alert, index) => ({
      ...alert,
      labels: { alertname: `A${index}` },
      startsAt: '2026-01-01T00:00:00Z',
    }))
    const webhook = parseWebhook({ version: '4', status: 'firing', alerts: labelled, truncatedAlerts: 4 }, 0)
    if ('error' in webhook) throw new Error(webhook.error)
    metrics.ingested('default', webhook, { opened: 1, closed: 1, repeated: 1, quarantined: 2, mismatched: 3 }, 1_500)
    metrics.quarantinedBody()
    metrics.answered('default', 200, 2)
    metrics.answered('nobody', 401, 1)
    metrics.timeCommit()()
    expect(await scrape(metrics)).toEqual(
      expect.arrayContaining([
        'alertrouter_webhook_requests_total{source="default",code="200"} 1',
        'alertrouter_webhook_requests_total{source="nobody",code="401"} 1',
        'alertrouter_webhook_duration_seconds_count 2',
        'alertrouter_webhook_duration_seconds_sum 0.003',
        'alertrouter_last_webhook_timestamp_seconds{source="default"} 1.5',
        'alertrouter_alerts_received_total{source="default",status="firing"} 2',
        'alertrouter_alerts_received_total{source="default",status="resolved"} 1',
        'alertrouter_alerts_repeated_total 1',
        'alertrouter_alerts_truncated_total 4',
        'alertrouter_alerts_quarantined_total{reason="alert"} 2',
        'alertrouter_alerts_quarantined_total{reason="body"} 1',
        'alertrouter_fingerprint_mismatch_total 3',
        'alertrouter_commit_seconds_count 1',
      ]),
    )
  })

  it('count attempts and what became of their notifications', async () => {
    const metrics = createMetrics('1.2.3')
    const attempt = (
      outcome: 'delivered' | 'transient' | 'permanent',
      settled: Attempted['settled'],
      sinceReceiptMs: number | null = null,
    ) =>
      ({
        claim: { destination: { channel: 'slack' }, notification: { reason: 'first' } },
        receipt: { outcome },
        tookMs: 250,
        settled,
        sinceReceiptMs,
      }) as Attempted
    metrics.attempted(attempt('transient', 'retry'))
    metrics.attempted(attempt('permanent', 'dead'))
    metrics.attempted(attempt('delivered', 'delivered', 4_000))
    metrics.attempted(attempt('delivered', null))
    expect(await scrape(metrics)).toEqual(
      expect.arrayContaining([
        'alertrouter_attempts_total{channel="slack",outcome="delivered"} 2',
        'alertrouter_attempts_total{channel="slack",outcome="transient"} 1',
        'alertrouter_attempts_total{channel="slack",outcome="permanent"} 1',
        'alertrouter_attempt_duration_seconds_sum{channel="slack"} 1',
        'alertrouter_notifications_total{channel="slack",reason="first"} 1',
        'alertrouter_notifications_dead_total{channel="slack"} 1',
        'alertrouter_receipt_to_delivery_seconds_sum{channel="slack"} 4',
        'alertrouter_receipt_to_delivery_seconds_count{channel="slack"} 1',
      ]),
    )
  })

  it('look gauges up at each scrape', async () => {
    const metrics = createMetrics('1.2.3')
    expect(await scrape(metrics)).toContain('alertrouter_episodes_open 0')
    let open = 3
    let teams: [string, boolean][] = [
      ['payments', true],
      ['search', false],
    ]
    metrics.readGauges({
      episodesOpen: () => open++,
      groupsOpen: () => 10,
      debts: () => 11,
      notificationsPending: () => 12,
      oldestDueAgeMs: () => 1_250,
      commitBacklogAlerts: () => 13,
      teamDocuments: () => teams,
    })
    expect((await scrape(metrics)).filter((line) => /open|debts|pending|due|backlog|team/.test(line))).toEqual([
      'alertrouter_episodes_open 3',
      'alertrouter_groups_open 10',
      'alertrouter_debts 11',
      'alertrouter_notifications_pending 12',
      'alertrouter_notification_oldest_due_age_seconds 1.25',
      'alertrouter_commit_backlog_alerts 13',
      'alertrouter_team_document_accepted{team="payments"} 1',
      'alertrouter_team_document_accepted{team="search"} 0',
    ])
    teams = [['payments', true]]
    const again = await scrape(metrics)
    expect(again).toContain('alertrouter_episodes_open 4')
    expect(again.join('\n')).not.toContain('search')
  })

  it('are one registry per router', async () => {
    const [one, other] = [createMetrics('1'), createMetrics('1')]
    one.quarantinedBody()
    expect((await scrape(other)).join('\n')).not.toContain('reason="body"')
  })
})
