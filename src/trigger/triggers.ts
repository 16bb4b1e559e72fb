/** How each alert of prometheus/rules/ is made to fire: one row for every alert and severity. */
import { triggers as faultTriggers } from '../model-server/fault/triggers.ts'
import { always } from './always.ts'
import type { Cause } from './cause.ts'
import { DRILL_HOST, drillHost } from './drill-host.ts'
import { failingReceiver, refusingReceiver } from './drill-receiver.ts'
import { fault } from './fault.ts'
import { fullDisk } from './full-disk.ts'
import { noTraffic, someTraffic } from './held-traffic.ts'
import { missedWatchdog } from './missed-watchdog.ts'
import { trafficWithGaps } from './slow-burn.ts'
import { stoppedRouter } from './stopped-router.ts'
import { wrongToken } from './wrong-token.ts'

export type Severity = 'critical' | 'warning' | 'info' | 'demo' | 'none'

export interface Trigger {
  readonly alert: string
  readonly severity: Severity
  /** What tells this alert from others of its name that may fire at the same time. */
  readonly labels: Readonly<Record<string, string>>
  readonly cause: Cause
}

/** Its cause loads every processor of the machine, which is felt by whatever else runs there: an invented host will do. */
const notByFault = 'HostHighCpu'

const services = { iris: 'model-server', churn: 'ml-api' } as const

const byFault = faultTriggers
  .filter(({ alert }) => alert !== notByFault)
  .map(({ alert, severity, server, fault: name, amount }): Trigger => {
    return { alert, severity, labels: { service: services[server] }, cause: fault(server, name, amount) }
  })

const others: readonly (readonly [alert: string, severity: Severity, cause: Cause, labels?: Trigger['labels']])[] = [
  // How much is asked.
  ['LowPredictionThroughput', 'info', noTraffic],
  ['HttpThroughputLow', 'info', noTraffic],
  ['SloThroughput', 'critical', noTraffic],
  ['SloThroughput', 'warning', trafficWithGaps],
  ['DemoHighRequestRate', 'demo', someTraffic],
  // Hosts.
  ['HostHighCpu', 'warning', drillHost('cpu'), { instance: DRILL_HOST }],
  ['HostHighMemory', 'warning', drillHost('memory'), { instance: DRILL_HOST }],
  ['HostLowDisk', 'critical', drillHost('disk'), { instance: DRILL_HOST }],
  // The router, and the way to it.
  ['AlertRouterDown', 'critical', stoppedRouter],
  ['AlertRouterWebhooksRejected', 'warning', wrongToken],
  ['AlertRouterDeliveryFailing', 'warning', failingReceiver],
  ['AlertRouterCircuitOpen', 'warning', failingReceiver],
  ['AlertRouterNotificationsLate', 'critical', failingReceiver],
  ['AlertRouterDeadLetters', 'critical', refusingReceiver],
  ['AlertRouterStoreFailing', 'critical', fullDisk, { symptom: 'refused-webhooks' }],
  ['AlertRouterHeartbeatMissing', 'critical', missedWatchdog],
  ['Watchdog', 'none', always],
]

export const triggers: readonly Trigger[] = [
  ...byFault,
  ...others.map(([alert, severity, cause, labels = {}]) => ({ alert, severity, labels, cause })),
].sort((a, b) => a.alert.localeCompare(b.alert) || a.severity.localeCompare(b.severity))
