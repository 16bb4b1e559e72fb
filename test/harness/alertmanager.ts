/** Webhook bodies as Alertmanager sends them, written from its documentation alone: nothing here is shared with src. */

export interface SentAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  /** Epoch ms. */
  readonly startsAt: number
  /** Null while firing. */
  readonly endsAt: number | null
}

/** Go's zero time: what a firing alert carries as its end (AM-P5). */
const noEnd = '0001-01-01T00:00:00Z'

/** A v4 payload of one Alertmanager group; `status` is firing if one alert is (AM-P6). */
export function webhookPayload(alerts: readonly SentAlert[]): Record<string, unknown> {
  const labels = alerts.map((alert) => alert.labels)
  const alertname = labels[0]?.alertname ?? ''
  return {
    receiver: 'alert-router',
    status: alerts.some((alert) => alert.endsAt === null) ? 'firing' : 'resolved',
    alerts: alerts.map((alert) => ({
      status: alert.endsAt === null ? 'firing' : 'resolved',
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: new Date(alert.startsAt).toISOString(),
      endsAt: alert.endsAt === null ? noEnd : new Date(alert.endsAt).toISOString(),
      generatorURL: 'http://prometheus.example:9090/graph?g0.expr=up&g0.tab=1',
      fingerprint: fingerprintOf(alert.labels),
    })),
    groupLabels: { alertname },
    commonLabels: common(labels),
    commonAnnotations: common(alerts.map((alert) => alert.annotations)),
    externalURL: 'http://alertmanager.example:9093',
    version: '4',
    groupKey: `{}:{alertname="${alertname}"}`,
    truncatedAlerts: 0,
  }
}

/** FNV-1a 64 over the names in byte order: name FF value FF …, 16 hex digits (AM-A3). */
export function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  let hash = 0xcbf29ce484222325n
  for (const name of names) {
    for (const part of [name, labels[name] ?? '']) {
      for (const byte of [...Buffer.from(part), 0xff]) {
        hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
      }
    }
  }
  return hash.toString(16).padStart(16, '0')
}

function common(all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...rest] = all
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      rest.every((one) => Object.hasOwn(one, name) && one[name] === value),
    ),
  )
}
