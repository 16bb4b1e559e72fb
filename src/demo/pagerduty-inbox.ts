/** The demo's PagerDuty, over TLS as the real one: it knows one integration, and tells what becomes of its incidents. */
import { randomBytes } from 'node:crypto'
import { trustedCertificate } from '../stand-in/certificate.ts'
import { isRecord, parseJson, text } from '../stand-in/json.ts'
import { eventAccepted, eventFault, incidentsOf } from '../stand-in/pagerduty-events.ts'
import { answer, startStandIn } from '../stand-in/stand-in.ts'
import type { Inbox, Took } from './inbox.ts'
import type { Stage } from './stage.ts'

export interface PagerDutyInbox extends Inbox {
  /** What the documents write as `url`, in place of PagerDuty's own. */
  readonly url: string
}

/** The key of team search belongs to an integration that was deleted: PagerDuty knows it no more. */
export async function openPagerDutyInbox(stage: Stage, took: Took): Promise<PagerDutyInbox> {
  const [known = '', deleted = ''] = [1, 2].map(() => randomBytes(16).toString('hex'))
  const events: { payload: Record<string, unknown> }[] = []
  const { url, address, close } = await startStandIn(
    (request, response) => {
      const fault = eventFault(request, [known])
      if (fault !== null) {
        stage.note('out', `PagerDuty answers 400, "${fault}".`)
        answer(response, 400, JSON.stringify({ status: 'invalid event', errors: [fault] }))
        return
      }
      const payload = parseJson(request.body)
      if (isRecord(payload)) events.push({ payload })
      stage.note('out', incidentNote(events))
      answer(response, eventAccepted.status, eventAccepted.body)
      took('pagerduty')
    },
    0,
    trustedCertificate(),
  )
  return { url, address, close, env: { PAYMENTS_PAGERDUTY_KEY: known, SEARCH_PAGERDUTY_KEY: deleted } }
}

/** What the latest event did: it opened an incident, was added to one, or resolved it. */
function incidentNote(events: Parameters<typeof incidentsOf>[0]): string {
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
