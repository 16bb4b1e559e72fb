/** What a scrape shows after things have happened. */
import { describe, expect, it } from 'vitest'
import { parseWebhook } from '../src/alert/webhook.ts'
import type { Outcome } from '../src/channel/channel.ts'
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
    const summary = { opened: 1, closed: 1, repeated: 1, quarantined: 2, mismatched: 3, lifetimesMs: [90_000] }
    metrics.ingested('default', webhook, summary, 1_500)
    metrics.closed('resolved', summary.closed)
    metrics.lived([...summary.lifetimesMs, -1])
    metrics.quarantinedBody()
    metrics.answered('default', 200, 2)
    metrics.answered('nobody', 401, 1)
    metrics.timeCommit(3)()
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
        'alertrouter_episodes_closed_total{reason="resolved"} 1',
        'alertrouter_episode_duration_seconds_count 2',
        'alertrouter_episode_duration_seconds_sum 90',
        'alertrouter_alerts_truncated_total 4',
        'alertrouter_alerts_quarantined_total{reason="alert"} 2',
        'alertrouter_alerts_quarantined_total{reason="body"} 1',
        'alertrouter_fingerprint_mismatch_total 3',
        'alertrouter_commit_seconds_count 1',
        'alertrouter_commit_batch_size_sum 3',
      ]),
    )
  })

  it('count attempts and what became of their notifications', async () => {
    const metrics = createMetrics('1.2.3')
    const attempted = (
      outcome: Outcome,
      settled: Attempted['settled'],
      more: { message?: object; sinceReceiptMs?: number; retryAfterMs?: number } = {},
    ) =>
      metrics.attempted(
        {
          claim: { destination: { channel: 'slack' }, notification: { severity: 'critical' } },
          message: { reason: 'first', possibleRepeat: false, insteadOf: null, alerts: [], ...more.message },
          receipt: { outcome, retryAfterMs: more.retryAfterMs ?? null },
          tookMs: 250,
          settled,
          sinceReceiptMs: more.sinceReceiptMs ?? null,
        } as unknown as Attempted,
        100_000,
      )
    attempted('transient', 'retry', { retryAfterMs: 30_000 })
    attempted('unknown', 'in-doubt')
    attempted('permanent', 'dead')
    const alerts = [
      { change: 'new', startsAt: 40_000 },
      { change: 'new', startsAt: 60_000 },
      { change: null, startsAt: 1 },
    ]
    attempted('delivered', 'delivered', { message: { alerts, possibleRepeat: true }, sinceReceiptMs: 4_000 })
    attempted('delivered', 'delivered', { message: { insteadOf: 'pager' } })
    attempted('delivered', null)
    const lines = await scrape(metrics)
    expect(lines).toEqual(
      expect.arrayContaining([
        'alertrouter_attempts_total{channel="slack",outcome="delivered"} 3',
        'alertrouter_attempts_total{channel="slack",outcome="transient"} 1',
        'alertrouter_attempts_total{channel="slack",outcome="unknown"} 1',
        'alertrouter_attempts_total{channel="slack",outcome="permanent"} 1',
        'alertrouter_attempt_duration_seconds_sum{channel="slack"} 1.5',
        'alertrouter_retry_after_seconds_sum{channel="slack"} 30',
        'alertrouter_possible_duplicates_total{channel="slack"} 1',
        'alertrouter_notifications_total{channel="slack",reason="first"} 2',
        'alertrouter_notifications_fallback_total{channel="slack"} 1',
        'alertrouter_notifications_dead_total{channel="slack"} 1',
        'alertrouter_receipt_to_delivery_seconds_sum{channel="slack",severity="critical"} 4',
        'alertrouter_alert_age_at_delivery_seconds_sum{channel="slack"} 60',
        'alertrouter_alert_age_at_delivery_seconds_count{channel="slack"} 1',
      ]),
    )
  })

  it('tell a failed load of the documents from a good one, and when the last good one was', async () => {
    const metrics = createMetrics('1.2.3')
    metrics.loaded(true, 5_000)
    metrics.loaded(false, 9_000)
    expect(await scrape(metrics)).toEqual(
      expect.arrayContaining([
        'alertrouter_config_last_reload_successful 0',
        'alertrouter_config_last_reload_success_timestamp_seconds 5',
      ]),
    )
    metrics.loaded(true, 9_000)
    expect(await scrape(metrics)).toContain('alertrouter_config_last_reload_successful 1')
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
      destinations: () => [],
      commitBacklogAlerts: () => 13,
      space: () => ({ free: 15, database: 16, wal: 17 }),
      searchUnindexedEpisodes: () => 18,
      heartbeatsMissing: () => 14,
      selfAuditOk: () => true,
      teamDocuments: () => teams,
    })
    expect((await scrape(metrics)).filter((line) => /_open|debts|backlog|r_(disk|db)_|search|team/.test(line))).toEqual(
      [
        'alertrouter_episodes_open 3',
        'alertrouter_groups_open 10',
        'alertrouter_debts 11',
        'alertrouter_commit_backlog_alerts 13',
        'alertrouter_disk_free_bytes 15',
        'alertrouter_db_size_bytes 16',
        'alertrouter_db_wal_bytes 17',
        'alertrouter_search_unindexed_episodes 18',
        'alertrouter_team_document_accepted{team="payments"} 1',
        'alertrouter_team_document_accepted{team="search"} 0',
      ],
    )
    teams = [['payments', true]]
    const again = await scrape(metrics)
    expect(again).toContain('alertrouter_episodes_open 4')
    expect(again.join('\n')).not.toContain('"search"')
  })

  it('are one registry per router', async () => {
    const [one, other] = [createMetrics('1'), createMetrics('1')]
    one.quarantinedBody()
    expect((await scrape(other)).join('\n')).not.toContain('reason="body"')
  })
})
