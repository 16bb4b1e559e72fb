/** The body of our generic webhook: Alertmanager's payload version 4, plus what only we know under `alertrouter`. */
import type { Message, MessageAlert } from './channel.ts'
import { commonPairs } from './common.ts'
import { rfc3339 } from './time-text.ts'

/** Many servers refuse more by default (nginx `client_max_body_size` 1m: https://nginx.org/en/docs/http/ngx_http_core_module.html). */
export const MAX_BODY_BYTES = 1024 * 1024

/** How Go writes "no time"; Alertmanager sends it as the end of a firing alert (AM-P5). */
const ZERO_TIME = '0001-01-01T00:00:00Z'

/** JSON, at most 1 MiB: alerts that do not fit are left out, unchanged ones first, and counted in `truncatedAlerts`. */
export function webhookBody(message: Message): string {
  const whole = bodyWith(message, message.alerts)
  if (Buffer.byteLength(whole) <= MAX_BODY_BYTES) return whole
  const kept = new Set<MessageAlert>()
  // What all alerts share is written once more as common labels and annotations: room for one alert stays free.
  let room = MAX_BODY_BYTES - Buffer.byteLength(bodyWith(message, [])) - largestOf(message.alerts)
  for (const alert of changedFirst(message.alerts)) {
    room -= sizeOf(alert)
    if (room < 0) break
    kept.add(alert)
  }
  return bodyWith(
    message,
    message.alerts.filter((alert) => kept.has(alert)),
  )
}

function bodyWith(message: Message, alerts: readonly MessageAlert[]): string {
  const { firing, newlyResolved, missed } = message.counts
  return JSON.stringify({
    receiver: message.receiver,
    status: message.status,
    alerts: alerts.map(alertJson),
    groupLabels: message.groupLabels,
    commonLabels: commonPairs(alerts.map((alert) => alert.labels)),
    commonAnnotations: commonPairs(alerts.map((alert) => alert.annotations)),
    externalURL: message.externalUrl,
    version: '4',
    groupKey: groupKey(message),
    truncatedAlerts: Math.max(0, Math.max(firing + newlyResolved + missed, message.alerts.length) - alerts.length),
    alertrouter: {
      team: message.team,
      reason: message.reason,
      notificationId: message.notificationId,
      groupId: message.groupId,
      routeId: message.routeId,
      counts: message.counts,
      since: rfc3339(message.since),
      decidedAt: rfc3339(message.decidedAt),
      sentAt: rfc3339(message.sentAt),
      possibleRepeat: message.possibleRepeat,
      lateBecause: message.lateBecause,
      insteadOf: message.insteadOf,
      publicURL: message.publicUrl,
      alerts: alerts.map(changeJson),
    },
  })
}

function alertJson(alert: MessageAlert): object {
  return {
    status: alert.status,
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: rfc3339(alert.startsAt),
    endsAt: alert.endsAt === null ? ZERO_TIME : rfc3339(alert.endsAt),
    generatorURL: alert.generatorUrl,
    fingerprint: alert.fingerprint,
  }
}

/** In the order of `alerts`; `change` is null for what the receiver knows already. */
function changeJson({ fingerprint, episodeId, change, closeReason, url }: MessageAlert): object {
  return { fingerprint, episodeId, change, closeReason, url }
}

/** `payments/errors:{alertname="HighErrorRatio", cluster="eu-1"}`: the same for every message of these group labels (AM-P8). */
function groupKey(message: Message): string {
  const pairs = Object.entries(message.groupLabels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `${message.team}/${message.routeId}:{${pairs.join(', ')}}`
}

function changedFirst(alerts: readonly MessageAlert[]): readonly MessageAlert[] {
  return [...alerts.filter((alert) => alert.change !== null), ...alerts.filter((alert) => alert.change === null)]
}

function largestOf(alerts: readonly MessageAlert[]): number {
  return Math.max(0, ...alerts.map(sizeOf))
}

function sizeOf(alert: MessageAlert): number {
  return Buffer.byteLength(JSON.stringify([alertJson(alert), changeJson(alert)]))
}
