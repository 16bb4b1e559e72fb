/** Rows of the router's dashboard: how long messages take, and how long alerts last. */
import type { Row } from './board.ts'
import { stat, timeSeries } from './panel.ts'
import { inRange, mean, quantile, rate } from './promql.ts'
import { channels, ofRouter } from './router-series.ts'

const delivery = 'alertrouter_receipt_to_delivery_seconds'
const age = 'alertrouter_alert_age_at_delivery_seconds'
const episode = 'alertrouter_episode_duration_seconds'

export const latency: Row = {
  title: 'Delivery latency',
  panels: [
    timeSeries({
      title: 'From receipt to delivery',
      description:
        'Of the oldest news in each message of the last 15 minutes. Grouping waits on purpose: compare with group_wait and group_interval.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [0.5, 0.95, 0.99].map((q) => ({
        expr: quantile(q, delivery, channels, { window: '15m' }),
        legend: `p${q * 100}`,
      })),
    }),
    timeSeries({
      title: 'From receipt to delivery, p95 by severity',
      description: 'What is critical should be told first.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [
        { expr: quantile(0.95, delivery, channels, { by: ['severity'], window: '15m' }), legend: '{{severity}}' },
      ],
    }),
    timeSeries({
      title: 'One attempt, p95 by channel',
      description: 'How long the receiver takes to answer; given up after 10 s.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [
        {
          expr: quantile(0.95, 'alertrouter_attempt_duration_seconds', channels, { by: ['channel'], window: '15m' }),
          legend: '{{channel}}',
        },
      ],
    }),
  ],
}

/** The router does not see who looks at a message, so the time to acknowledge is the time until somebody could. */
export const response: Row = {
  title: 'Response',
  panels: [
    stat({
      title: 'MTTA: alert to message',
      description:
        'Mean time from the start of an alert until somebody was told, in the time shown: the part of the time to acknowledge that is ours.',
      unit: 's',
      width: 4,
      height: 8,
      decimals: 1,
      queries: [{ expr: mean(age, channels, { window: '$__range' }), legend: 'mean' }],
    }),
    timeSeries({
      title: 'MTTA by channel',
      description:
        'Mean age of the oldest new alert of each message of the last hour. It holds the source’s times too: scrape, "for", group_wait.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [{ expr: mean(age, channels, { by: ['channel'], window: '1h' }), legend: '{{channel}}' }],
    }),
    stat({
      title: 'MTTR: alert to end',
      description: 'Mean time that an alert fired before its source resolved it, in the time shown.',
      unit: 's',
      width: 4,
      height: 8,
      decimals: 1,
      queries: [{ expr: mean(episode, ofRouter, { window: '$__range' }), legend: 'mean' }],
    }),
    timeSeries({
      title: 'Time to resolve',
      description:
        'How long alerts fired that ended in the last hour. Most end by themselves if p50 lies below the time a person needs.',
      unit: 's',
      width: 8,
      min: 0,
      queries: [
        { expr: mean(episode, ofRouter, { window: '1h' }), legend: 'mean' },
        { expr: quantile(0.5, episode, ofRouter, { window: '1h' }), legend: 'p50' },
        { expr: quantile(0.95, episode, ofRouter, { window: '1h' }), legend: 'p95' },
      ],
    }),
    stat({
      title: 'Alerts ended, by who said so',
      description:
        'resolved is the word of the source. reconciled: Alertmanager no longer lists it. stale: nobody spoke of it for too long. In the time shown.',
      unit: 'short',
      width: 12,
      decimals: 0,
      queries: [{ expr: inRange(`alertrouter_episodes_closed_total{${ofRouter}}`, ['reason']), legend: '{{reason}}' }],
    }),
    stat({
      title: 'Sent twice, or to another',
      description:
        'Per minute: messages that an earlier attempt may have delivered already, and those sent in the stead of a receiver that could not be reached.',
      unit: 'short',
      width: 12,
      decimals: 2,
      queries: [
        {
          expr: `60 * (${rate(`alertrouter_possible_duplicates_total{${channels}}`)} or vector(0))`,
          legend: 'possible repeats',
        },
        {
          expr: `60 * (${rate(`alertrouter_notifications_fallback_total{${channels}}`)} or vector(0))`,
          legend: 'fallback',
        },
      ],
    }),
  ],
}
