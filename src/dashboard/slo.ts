/** The row of service level objectives: how fast each service spends what it may get wrong. */
import type { Row } from './board.ts'
import { burnLimits, type Limit } from './limit.ts'
import { barGauge, stat, timeSeries } from './panel.ts'

const alerts = ['SloAvailability', 'SloErrors', 'SloLatency', 'SloThroughput']
const burnRate = (window: keyof typeof burnLimits) => `service_slo:error_budget:burn_rate${window}{service=~"$service"}`

const burning = (window: keyof typeof burnLimits, description: string, limits: readonly Limit[]) =>
  timeSeries({
    title: `Burn rate over ${window}`,
    description,
    unit: 'short',
    width: 8,
    min: 0,
    decimals: 2,
    queries: [{ expr: burnRate(window), legend: '{{service}} {{slo}}' }],
    limits,
    seeAlso: alerts,
  })

/** Availability 99.9 %, errors below 1 %, 95 % of predictions within 500 ms, 10 requests a second for 95 % of the time. */
export const sloRow: Row = {
  title: 'Service level objectives',
  panels: [
    burning('1h', 'At 1 the error budget of 30 days lasts 30 days. At the line it is gone in two: somebody is woken.', [
      burnLimits['1h'],
    ]),
    burning('6h', 'At the line the error budget of 30 days is gone in five: somebody is woken.', [burnLimits['6h']]),
    burning('3d', 'Above the line the error budget of 30 days does not last: look into it in working hours.', [
      burnLimits['3d'],
    ]),
    stat({
      title: 'Burn rate over 1 day',
      description: 'By service and objective. Orange: the budget of 30 days is gone in ten.',
      unit: 'short',
      width: 14,
      height: 8,
      decimals: 2,
      queries: [{ expr: burnRate('1d'), legend: '{{service}} {{slo}}' }],
      limits: [burnLimits['1d']],
      seeAlso: alerts,
    }),
    barGauge({
      title: 'Budget of 30 days, spent in the last 3',
      description:
        'A tenth is what three days may cost. Who is at the end of the bar stops releasing and starts mending.',
      unit: 'percentunit',
      width: 10,
      min: 0,
      max: 1,
      decimals: 1,
      queries: [{ expr: `${burnRate('3d')} * 3 / 30`, legend: '{{service}} {{slo}}' }],
      limits: [
        { above: 0.1, severity: 'warning' },
        { above: 1, severity: 'critical' },
      ],
    }),
  ],
}
