/** What the latest event did at PagerDuty, in a sentence. */
import { isRecord, text } from './json.ts'
import { incidentsOf } from './pagerduty-events.ts'

/** The latest of `events`: it opened an incident, was added to one, resolved one, or was dropped. */
export function incidentNote(events: Parameters<typeof incidentsOf>[0]): string {
  const before = incidentsOf(events.slice(0, -1)).incidents
  const { incidents } = incidentsOf(events)
  const at = incidents.findIndex((one, i) => one.log.length !== before[i]?.log.length)
  const incident = incidents[at]
  if (incident === undefined) return 'PagerDuty drops an event: nothing is open that it could resolve.'
  const name = `PagerDuty: incident #${at + 1}`
  if (incident.status === 'resolved') return `${name} resolved.`
  const event = events.at(-1)?.payload.payload
  const summary = isRecord(event) ? text(event.summary) : ''
  return incident.log.length === 1
    ? `${name} triggered (${incident.severity}), somebody is called: ${summary}`
    : `${name} updated: ${summary}`
}
