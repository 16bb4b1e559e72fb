/** Messages as the pipeline would hand them over, one per story a team can live through. */
import type { Labels } from '../../src/alert/labels.ts'
import type { Message, MessageAlert } from '../../src/channel/channel.ts'

const MINUTE = 60_000

/** 2026-11-20 14:02:00 UTC: when the story begins. */
export const START = Date.UTC(2026, 10, 20, 14, 2)

/** Labels as the product holds them: without a prototype. */
export function labels(pairs: Record<string, string>): Labels {
  return Object.assign(Object.create(null), pairs)
}

export function alert(service: string, changes: Partial<MessageAlert> = {}): MessageAlert {
  return {
    episodeId: 71,
    fingerprint: '4bdaf5f9a18c6c62',
    status: 'firing',
    change: 'new',
    labels: labels({
      alertname: 'HighErrorRatio',
      cluster: 'eu-1',
      service,
      severity: 'critical',
      team: 'payments',
    }),
    annotations: labels({
      description: 'More than 5 % of requests fail for 2 minutes.',
      runbook_url: 'https://runbooks.example/HighErrorRatio',
      summary: `${service} error ratio 20%`,
    }),
    startsAt: START,
    endsAt: null,
    closeReason: null,
    generatorUrl: 'http://prometheus:9090/graph?g0.expr=error_ratio+%3E+0.05&g0.tab=1',
    url: 'https://alerts.example/api/v1/alerts/71',
    ...changes,
  }
}

/** A first message about one alert, sent at once; change what the test is about. */
export function message(changes: Partial<Message> = {}): Message {
  return {
    notificationId: 4711,
    idempotencyKey: 'ar-5eed0001-12-3-4711',
    conversationKey: 'ar-5eed0001-12-3',
    insteadOf: null,
    reason: 'first',
    team: 'payments',
    receiver: 'on-call',
    routeId: 'errors',
    groupId: 12,
    groupLabels: labels({ alertname: 'HighErrorRatio', team: 'payments' }),
    status: 'firing',
    alerts: [alert('checkout')],
    counts: { firing: 1, newlyFiring: 1, newlyResolved: 0, missed: 0 },
    since: START,
    decidedAt: START + 5_000,
    sentAt: START + 6_000,
    possibleRepeat: false,
    lateBecause: null,
    externalUrl: 'http://alertmanager:9093',
    publicUrl: 'https://alerts.example',
    ...changes,
  }
}

const gone: Partial<MessageAlert> = {
  status: 'resolved',
  change: 'resolved',
  endsAt: START + 7 * MINUTE,
  closeReason: 'resolved',
}
const later = { decidedAt: START + 7 * MINUTE, sentAt: START + 7 * MINUTE + 1_000 }

/** One message for each reason, then the shapes that strain the layout. */
export const stories: Readonly<Record<string, Message>> = {
  first: message(),
  'first of three': message({
    alerts: [alert('checkout'), alert('ledger'), alert('refunds')],
    counts: { firing: 3, newlyFiring: 3, newlyResolved: 0, missed: 0 },
  }),
  'new-alerts': message({
    ...later,
    reason: 'new-alerts',
    alerts: [
      alert('refunds', { startsAt: START + 6 * MINUTE }),
      alert('checkout', { change: null }),
      alert('ledger', { change: null }),
    ],
    counts: { firing: 3, newlyFiring: 1, newlyResolved: 0, missed: 0 },
  }),
  'some-resolved': message({
    ...later,
    reason: 'some-resolved',
    alerts: [alert('checkout', { change: null }), alert('ledger', gone)],
    counts: { firing: 1, newlyFiring: 0, newlyResolved: 1, missed: 0 },
  }),
  'all-resolved': message({
    ...later,
    reason: 'all-resolved',
    status: 'resolved',
    alerts: [alert('checkout', gone)],
    counts: { firing: 0, newlyFiring: 0, newlyResolved: 1, missed: 0 },
  }),
  'all-resolved of two': message({
    ...later,
    reason: 'all-resolved',
    status: 'resolved',
    alerts: [alert('checkout', gone), alert('ledger', gone)],
    counts: { firing: 0, newlyFiring: 0, newlyResolved: 2, missed: 0 },
  }),
  'all-resolved without a word': message({
    ...later,
    reason: 'all-resolved',
    status: 'resolved',
    alerts: [
      alert('checkout', { ...gone, closeReason: 'reconciled' }),
      alert('ledger', { ...gone, closeReason: 'stale' }),
    ],
    counts: { firing: 0, newlyFiring: 0, newlyResolved: 2, missed: 0 },
  }),
  repeat: message({
    reason: 'repeat',
    decidedAt: START + 240 * MINUTE,
    sentAt: START + 240 * MINUTE + 500,
    alerts: [alert('checkout', { change: null })],
    counts: { firing: 1, newlyFiring: 0, newlyResolved: 0, missed: 0 },
  }),
  missed: message({
    reason: 'missed',
    status: 'resolved',
    alerts: [alert('checkout', { ...gone, change: 'missed' })],
    counts: { firing: 0, newlyFiring: 0, newlyResolved: 0, missed: 1 },
    sentAt: START + 58 * MINUTE,
    lateBecause: '503 upstream timed out',
  }),
  'possible repeat': message({ possibleRepeat: true, lateBecause: 'no answer after the request was sent: timed out' }),
  'a storm': message({
    reason: 'first',
    groupLabels: labels({ cluster: 'eu-1' }),
    alerts: Array.from({ length: 50 }, (_, i) => {
      const name = ['InstanceDown', 'DiskFull', 'HighLatency', 'QueueGrowing'][i % 4] ?? ''
      return alert(`api-${i}`, {
        labels: labels({
          alertname: name,
          cluster: 'eu-1',
          instance: `10.0.0.${i}:9100`,
          severity: i % 4 === 0 ? 'critical' : 'warning',
          team: 'payments',
        }),
        annotations: labels({ summary: `${name} on 10.0.0.${i}` }),
      })
    }),
    counts: { firing: 1_204, newlyFiring: 1_204, newlyResolved: 0, missed: 0 },
  }),
  'all at once': message({
    ...later,
    reason: 'new-alerts',
    alerts: [
      alert('refunds', { startsAt: START + 6 * MINUTE }),
      alert('checkout', { change: null }),
      alert('ledger', gone),
      alert('payouts', { ...gone, change: 'missed' }),
    ],
    counts: { firing: 2, newlyFiring: 1, newlyResolved: 1, missed: 1 },
  }),
  'bare labels': message({
    alerts: [alert('x', { labels: labels({ job: 'node' }), annotations: labels({}), generatorUrl: '', url: null })],
    groupLabels: labels({ job: 'node' }),
    externalUrl: '',
  }),
}
