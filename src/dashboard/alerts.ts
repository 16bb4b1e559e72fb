/** Panels of the alerts that fire now, as Prometheus sees them. */
import type * as cog from '@grafana/grafana-foundation-sdk/cog'
import { MappingType, type Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { stat } from './panel.ts'
import { table } from './table.ts'

/** `service` is a regular expression. The Watchdog always fires, and says that all is well. */
const firing = (service: string) => `ALERTS{alertstate="firing", alertname!="Watchdog", service=~"${service}"}`

interface Place {
  readonly service: string
  readonly width: number
}

/** How many fire. */
export function firingCount({ service, width }: Place): cog.Builder<Panel> {
  return stat({
    title: 'Active alerts',
    description: 'Alerts of this service that fire now, whatever their severity; 0 is good news.',
    unit: 'short',
    width,
    queries: [{ expr: `count(${firing(service)}) or vector(0)`, legend: 'firing' }],
    mappings: [
      { type: MappingType.ValueToText, options: { 0: { text: '0', color: 'green', index: 0 } } },
      { type: MappingType.RangeToText, options: { from: 1, to: null, result: { color: 'red', index: 1 } } },
    ],
  })
}

/** Which fire. */
export function firingTable({ service, width }: Place): cog.Builder<Panel> {
  return table(
    {
      title: 'Active alerts',
      description: 'Who hears of them is decided by the router; its dashboard shows what it sent.',
      unit: 'short',
      width,
      height: 6,
      queries: [{ expr: firing(service), legend: '' }],
      whenEmpty: 'Nothing fires.',
    },
    {
      labels: { alertname: 'Alert', severity: 'Severity', service: 'Service', team: 'Team' },
      values: [null],
    },
  )
}
