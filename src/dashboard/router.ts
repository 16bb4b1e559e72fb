/** The router itself: what it takes in, what waits, what it tells whom, and how long people wait for it. */
import { board, type Row } from './board.ts'
import { stat } from './panel.ts'
import { quantile } from './promql.ts'
import { ingest, notifications } from './router-flow.ts'
import { circuits, storage, watching } from './router-health.ts'
import { latency, response } from './router-latency.ts'
import { channels, ofRouter, ofTeam } from './router-series.ts'
import { upStates } from './state.ts'
import { labelVariable } from './variable.ts'

export const router = () =>
  board({
    uid: 'alert-router',
    title: 'Alert router',
    description: 'From the webhook to the message: nothing may be lost on the way, and nothing may be late.',
    about: 'service="alert-router"',
    variables: [
      labelVariable('team', { title: 'Team', label: 'team', series: 'alertrouter_circuit_state' }),
      labelVariable('channel', { title: 'Channel', label: 'channel', series: 'alertrouter_circuit_state' }),
    ],
    rows: [now, ingest, notifications, latency, response, circuits, watching, storage],
  })

const now: Row = {
  title: 'Now',
  panels: [
    stat({
      title: 'Router',
      description:
        'Whether Prometheus reaches it. While it is down, Alertmanager keeps what it has to say and tries again.',
      unit: 'short',
      width: 3,
      queries: [{ expr: `min(up{${ofRouter}})`, legend: 'up' }],
      mappings: upStates,
      seeAlso: ['AlertRouterDown'],
    }),
    stat({
      title: 'Alerts firing',
      description: 'Alerts that fire, by what their sources said last.',
      unit: 'short',
      width: 3,
      queries: [{ expr: `max(alertrouter_episodes_open{${ofRouter}})`, legend: 'firing' }],
    }),
    stat({
      title: 'Groups open',
      description: 'What the alerts are told as. Far fewer than alerts is what grouping is for.',
      unit: 'short',
      width: 3,
      queries: [{ expr: `max(alertrouter_groups_open{${ofRouter}})`, legend: 'groups' }],
    }),
    stat({
      title: 'Waiting messages',
      description: 'Notifications to be sent. Some for a moment are normal, the same for minutes are not.',
      unit: 'short',
      width: 3,
      queries: [
        { expr: `sum(max by (team, channel) (alertrouter_notifications_pending{${ofTeam}}))`, legend: 'waiting' },
      ],
    }),
    stat({
      title: 'Longest wait',
      description: 'How long the oldest message has waited. It counts whatever the cause: receiver, pace or router.',
      unit: 's',
      width: 3,
      queries: [{ expr: `max(alertrouter_notification_oldest_pending_age_seconds{${channels}})`, legend: 'oldest' }],
      alerts: ['AlertRouterNotificationsLate'],
    }),
    stat({
      title: 'Dead letters',
      description: 'Living groups of which a receiver refused the message for good. They stay until somebody acts.',
      unit: 'short',
      width: 3,
      queries: [{ expr: `sum(max by (team, channel) (alertrouter_dead_letters{${ofTeam}}))`, legend: 'dead' }],
      alerts: ['AlertRouterDeadLetters'],
    }),
    stat({
      title: 'Heartbeats missing',
      description: 'Alerts that have to keep coming, such as the Watchdog, and did not: what sends them is broken.',
      unit: 'short',
      width: 3,
      queries: [{ expr: `max(alertrouter_heartbeats_missing{${ofRouter}})`, legend: 'missing' }],
      alerts: ['AlertRouterHeartbeatMissing'],
    }),
    stat({
      title: 'Delivery p95',
      description:
        'From the receipt of news to its delivery, in the last 15 minutes, with the time that grouping waits on purpose.',
      unit: 's',
      width: 3,
      queries: [
        { expr: quantile(0.95, 'alertrouter_receipt_to_delivery_seconds', channels, { window: '15m' }), legend: 'p95' },
      ],
    }),
  ],
}
