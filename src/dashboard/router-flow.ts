/** Rows of the router's dashboard: what comes in, and what goes out. */
import type { Row } from './board.ts'
import { pie, timeSeries } from './panel.ts'
import { inRange, quantile, rate, share } from './promql.ts'
import { channels, ofRouter, ofTeam } from './router-series.ts'

const received = `alertrouter_alerts_received_total{${ofRouter}}`
const repeated = `alertrouter_alerts_repeated_total{${ofRouter}}`
const delivered = `alertrouter_notifications_total{${channels}}`
const attempts = `alertrouter_attempts_total{${channels}}`

export const ingest: Row = {
  title: 'Taken in',
  panels: [
    timeSeries(
      {
        title: 'Webhooks by answer',
        description:
          '200 is kept. 503 asks Alertmanager to come again, and nothing is lost; 4xx is a sender to mend: token or body.',
        unit: 'reqps',
        width: 8,
        min: 0,
        queries: [
          {
            expr: rate(`alertrouter_webhook_requests_total{${ofRouter}}`, ['source', 'code']),
            legend: '{{source}} {{code}}',
          },
        ],
        seeAlso: ['AlertRouterWebhooksRejected', 'AlertRouterStoreFailing'],
      },
      { stacked: true },
    ),
    timeSeries(
      {
        title: 'Alerts received',
        description: 'Alertmanager repeats all alerts of a group whenever one of them changes.',
        unit: 'ops',
        width: 8,
        min: 0,
        queries: [{ expr: rate(received, ['status']), legend: '{{status}}' }],
      },
      { stacked: true },
    ),
    timeSeries({
      title: 'Deduplication',
      description:
        'Repeated: share of the alerts that said nothing new. Messages: how many are sent for each alert received; noise if it nears 1.',
      unit: 'percentunit',
      width: 8,
      min: 0,
      queries: [
        { expr: share(rate(repeated), rate(received)), legend: 'repeated' },
        { expr: share(rate(`alertrouter_notifications_total{${ofRouter}}`), rate(received)), legend: 'messages' },
      ],
    }),
    timeSeries({
      title: 'Answer time of webhooks',
      description: 'Until the alerts are on the disk. Alertmanager gives up after its timeout and comes again.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [0.5, 0.99].map((q) => ({
        expr: quantile(q, 'alertrouter_webhook_duration_seconds', ofRouter),
        legend: `p${q * 100}`,
      })),
    }),
    timeSeries({
      title: 'Firing alerts and open groups',
      description: 'Where alerts rise and groups do not, one cause has many alerts.',
      unit: 'short',
      width: 8,
      min: 0,
      queries: [
        { expr: `max(alertrouter_episodes_open{${ofRouter}})`, legend: 'alerts firing' },
        { expr: `max(alertrouter_groups_open{${ofRouter}})`, legend: 'groups open' },
        { expr: `max(alertrouter_debts{${ofRouter}})`, legend: 'resolves still owed' },
      ],
    }),
    timeSeries({
      title: 'Not understood',
      description:
        'Quarantined: kept, and shown by /api/v1/quarantine. Truncated: left out by Alertmanager, set max_alerts to 0.',
      unit: 'ops',
      width: 8,
      min: 0,
      queries: [
        { expr: rate(`alertrouter_alerts_quarantined_total{${ofRouter}}`), legend: 'quarantined' },
        { expr: rate(`alertrouter_alerts_truncated_total{${ofRouter}}`), legend: 'truncated' },
        // There is no series before the first.
        { expr: `${rate(`alertrouter_auth_failures_total{${ofRouter}}`)} or vector(0)`, legend: 'callers refused' },
      ],
    }),
  ],
}

export const notifications: Row = {
  title: 'Told',
  panels: [
    timeSeries(
      {
        title: 'Delivered by channel and reason',
        description: 'Per minute. Many repeats are alerts that nobody looks after.',
        unit: 'short',
        width: 10,
        min: 0,
        queries: [{ expr: `60 * ${rate(delivered, ['channel', 'reason'])}`, legend: '{{channel}} {{reason}}' }],
      },
      { stacked: true },
    ),
    timeSeries(
      {
        title: 'Attempts by channel and result',
        description: 'Per minute. transient and unknown are tried again; permanent becomes a dead letter.',
        unit: 'short',
        width: 10,
        min: 0,
        queries: [{ expr: `60 * ${rate(attempts, ['channel', 'outcome'])}`, legend: '{{channel}} {{outcome}}' }],
        seeAlso: ['AlertRouterDeliveryFailing'],
      },
      { stacked: true },
    ),
    pie({
      title: 'Delivered',
      description: 'Messages of the time shown. Prometheus does not see the first of a channel after a start.',
      unit: 'short',
      decimals: 0,
      width: 4,
      queries: [{ expr: inRange(delivered, ['channel']), legend: '{{channel}}' }],
    }),
    timeSeries(
      {
        title: 'Waiting messages',
        description: 'Newer state takes the place of older, so this does not grow with the alerts.',
        unit: 'short',
        width: 12,
        min: 0,
        queries: [
          {
            expr: `max by (team, channel) (alertrouter_notifications_pending{${ofTeam}})`,
            legend: '{{team}} {{channel}}',
          },
        ],
      },
      { stacked: true },
    ),
    timeSeries({
      title: 'Queue age',
      description:
        'How long the oldest message has waited. Due is what no pause holds back: if that rises, it is the router.',
      unit: 's',
      width: 12,
      min: 0,
      queries: [
        {
          expr: `max by (channel) (alertrouter_notification_oldest_pending_age_seconds{${channels}})`,
          legend: '{{channel}}',
        },
        {
          expr: `max by (channel) (alertrouter_notification_oldest_due_age_seconds{${channels}})`,
          legend: '{{channel}} due',
        },
      ],
      alerts: ['AlertRouterNotificationsLate'],
    }),
  ],
}
