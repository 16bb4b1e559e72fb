/** Every metric of the router. Label values come from the configuration or from fixed lists, never from alerts. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client'
import type { ParsedWebhook } from './alert/webhook.ts'
import type { IngestSummary } from './episode/follow.ts'
import type { Attempted } from './pipeline.ts'

/** What is looked up at the moment of a scrape. */
export interface GaugeSources {
  readonly episodesOpen: () => number
  readonly groupsOpen: () => number
  /** Told firing, closed, and not yet told resolved. */
  readonly debts: () => number
  readonly notificationsPending: () => number
  /** How long the oldest pending notification that could be sent has waited; 0 when none waits. */
  readonly oldestDueAgeMs: () => number
  readonly commitBacklogAlerts: () => number
  /** By team: whether the document in TEAMS_DIR is the one in force. */
  readonly teamDocuments: () => Iterable<readonly [team: string, accepted: boolean]>
}

export interface Metrics {
  readonly registry: Registry
  /** One answer to a webhook request. `source` is the caller's name, so it is bounded by the tokens. */
  answered(source: string, status: number, tookMs: number): void
  /** One committed webhook request. `at` is epoch ms. */
  ingested(source: string, webhook: ParsedWebhook, summary: IngestSummary, at: number): void
  /** A whole body went to quarantine. */
  quarantinedBody(): void
  /** One attempt, once its outcome is written. */
  attempted(attempt: Attempted): void
  /** Begins to time a durable commit; what it returns ends that. */
  timeCommit(): () => void
  /** Gauges stay at 0 until they know where to look. */
  readGauges(sources: GaugeSources): void
}

/** Commits take 0.1 ms to 100 ms, answers up to 15 s. */
const FAST_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15]

/** An attempt ends after 10 s at the latest. */
const ATTEMPT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** From the best case (group_wait 0) over the default group_wait of 5 s and group_interval of 1 min to a long outage. */
const DELIVERY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200]

/** A registry of its own per router, with Node's process metrics. `version` goes into build_info. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const metrics = declare(registry)
  metrics.buildInfo.set({ version, node: process.version }, 1)
  let sources: GaugeSources | null = null
  declareGauges(registry, () => sources)
  return {
    registry,
    answered: (source, status, tookMs) => {
      metrics.requests.inc({ source, code: String(status) })
      metrics.requestSeconds.observe(tookMs / 1000)
    },
    ingested: (source, { alerts, truncatedAlerts }, summary, at) => {
      const resolved = alerts.reduce((count, alert) => (alert.status === 'resolved' ? count + 1 : count), 0)
      metrics.alerts.inc({ source, status: 'firing' }, alerts.length - resolved)
      metrics.alerts.inc({ source, status: 'resolved' }, resolved)
      metrics.repeated.inc(summary.repeated)
      metrics.quarantined.inc({ reason: 'alert' }, summary.quarantined)
      metrics.mismatched.inc(summary.mismatched)
      metrics.truncated.inc(truncatedAlerts)
      metrics.lastWebhook.set({ source }, at / 1000)
    },
    quarantinedBody: () => metrics.quarantined.inc({ reason: 'body' }),
    attempted: ({ claim, receipt, tookMs, settled, sinceReceiptMs }) => {
      const { channel } = claim.destination
      metrics.attempts.inc({ channel, outcome: receipt.outcome })
      metrics.attemptSeconds.observe({ channel }, tookMs / 1000)
      if (settled === 'delivered') metrics.delivered.inc({ channel, reason: claim.notification.reason })
      if (settled === 'dead' || settled === 'dead-in-doubt') metrics.dead.inc({ channel })
      if (sinceReceiptMs !== null) metrics.receiptToDelivery.observe({ channel }, sinceReceiptMs / 1000)
    },
    timeCommit: () => metrics.commitSeconds.startTimer(),
    readGauges: (from) => {
      sources = from
    },
  }
}

function declare(registry: Registry) {
  const registers = [registry]
  const of = <L extends string>(name: string, help: string, ...labelNames: L[]) => ({
    name: `alertrouter_${name}`,
    help,
    labelNames,
    registers,
  })
  return {
    buildInfo: new Gauge(of('build_info', 'Always 1; the labels say what runs.', 'version', 'node')),
    requests: new Counter(of('webhook_requests_total', 'Webhook requests by answer.', 'source', 'code')),
    requestSeconds: new Histogram({
      ...of('webhook_duration_seconds', 'From the headers of a webhook request to its answer.'),
      buckets: FAST_BUCKETS,
    }),
    lastWebhook: new Gauge(of('last_webhook_timestamp_seconds', 'When the source was last heard of.', 'source')),
    alerts: new Counter(of('alerts_received_total', 'Alerts in accepted webhook requests.', 'source', 'status')),
    repeated: new Counter(of('alerts_repeated_total', 'Alerts that said nothing new.')),
    truncated: new Counter(of('alerts_truncated_total', 'Alerts that Alertmanager left out (max_alerts).')),
    quarantined: new Counter(of('alerts_quarantined_total', 'Alerts, or whole bodies, not understood.', 'reason')),
    mismatched: new Counter(
      of('fingerprint_mismatch_total', 'Alerts whose fingerprint is not FNV-1a of their labels.'),
    ),
    delivered: new Counter(of('notifications_total', 'Delivered notifications.', 'channel', 'reason')),
    dead: new Counter(of('notifications_dead_total', 'Notifications that were given up.', 'channel')),
    attempts: new Counter(of('attempts_total', 'Attempts to send a notification.', 'channel', 'outcome')),
    attemptSeconds: new Histogram({
      ...of('attempt_duration_seconds', 'How long one attempt took.', 'channel'),
      buckets: ATTEMPT_BUCKETS,
    }),
    receiptToDelivery: new Histogram({
      ...of('receipt_to_delivery_seconds', 'From the receipt of the oldest news to its delivery.', 'channel'),
      buckets: DELIVERY_BUCKETS,
    }),
    commitSeconds: new Histogram({
      ...of('commit_seconds', 'How long one durable commit took.'),
      buckets: FAST_BUCKETS,
    }),
  }
}

function declareGauges(registry: Registry, sources: () => GaugeSources | null): void {
  const gauge = (name: string, help: string, read: (from: GaugeSources) => number) =>
    new Gauge({
      name: `alertrouter_${name}`,
      help,
      registers: [registry],
      collect() {
        const from = sources()
        if (from !== null) this.set(read(from))
      },
    })
  gauge('episodes_open', 'Alerts that are firing.', (from) => from.episodesOpen())
  gauge('groups_open', 'Group lives in the working set.', (from) => from.groupsOpen())
  gauge('debts', 'Resolves that somebody is still owed.', (from) => from.debts())
  gauge('notifications_pending', 'Notifications to be sent.', (from) => from.notificationsPending())
  gauge(
    'notification_oldest_due_age_seconds',
    'How long the oldest notification that could be sent has waited.',
    (from) => from.oldestDueAgeMs() / 1000,
  )
  gauge('commit_backlog_alerts', 'Alerts that wait for a commit.', (from) => from.commitBacklogAlerts())
  new Gauge({
    name: 'alertrouter_team_document_accepted',
    help: '1 if the document in TEAMS_DIR is in force, 0 if an earlier version or none is.',
    labelNames: ['team'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [team, accepted] of sources()?.teamDocuments() ?? []) this.set({ team }, accepted ? 1 : 0)
    },
  })
}
