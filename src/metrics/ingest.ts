/** Metrics of what webhooks bring. */
import { Counter, Gauge, Histogram } from '@prometheus-io/client'
import type { ParsedWebhook } from '../alert/webhook.ts'
import type { IngestSummary } from '../episode/follow.ts'
import type { Named } from './named.ts'

export interface IngestMetrics {
  /** One answer to a webhook request. `source` is the caller's name, so it is bounded by the tokens. */
  answered(source: string, status: number, tookMs: number): void
  /** One committed webhook request. `at` is epoch ms. */
  ingested(source: string, webhook: ParsedWebhook, summary: IngestSummary, at: number): void
  /** A whole body went to quarantine. */
  quarantinedBody(): void
  /** How many alerts of committed requests had no consequence that was counted. */
  unaccountedAlerts(): number
}

/** Answers take 0.1 ms to 15 s. */
const ANSWER_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]

export function ingestMetrics(of: Named): IngestMetrics {
  const requests = new Counter(of('webhook_requests_total', 'Webhook requests by answer.', 'source', 'code'))
  const requestSeconds = new Histogram({
    ...of('webhook_duration_seconds', 'From the headers of a webhook request to its answer.'),
    buckets: ANSWER_BUCKETS,
  })
  const lastWebhook = new Gauge(of('last_webhook_timestamp_seconds', 'When the source was last heard of.', 'source'))
  const alerts = new Counter(of('alerts_received_total', 'Alerts in accepted webhook requests.', 'source', 'status'))
  const repeated = new Counter(of('alerts_repeated_total', 'Alerts that said nothing new.'))
  const truncated = new Counter(of('alerts_truncated_total', 'Alerts that Alertmanager left out (max_alerts).'))
  const quarantined = new Counter(of('alerts_quarantined_total', 'Alerts, or whole bodies, not understood.', 'reason'))
  const mismatched = new Counter(
    of('fingerprint_mismatch_total', 'Alerts whose fingerprint is not FNV-1a of their labels.'),
  )
  let lost = 0
  return {
    answered: (source, status, tookMs) => {
      requests.inc({ source, code: String(status) })
      requestSeconds.observe(tookMs / 1000)
    },
    ingested: (source, webhook, summary, at) => {
      const resolved = webhook.alerts.reduce((count, alert) => (alert.status === 'resolved' ? count + 1 : count), 0)
      alerts.inc({ source, status: 'firing' }, webhook.alerts.length - resolved)
      alerts.inc({ source, status: 'resolved' }, resolved)
      repeated.inc(summary.repeated)
      quarantined.inc({ reason: 'alert' }, summary.quarantined)
      mismatched.inc(summary.mismatched)
      truncated.inc(webhook.truncatedAlerts)
      lastWebhook.set({ source }, at / 1000)
      lost += Math.max(0, webhook.alerts.length - summary.opened - summary.closed - summary.repeated)
    },
    quarantinedBody: () => quarantined.inc({ reason: 'body' }),
    unaccountedAlerts: () => lost,
  }
}
