/** The demo's PagerDuty, over TLS as the real one: it knows one integration, and tells what becomes of its incidents. */
import { randomBytes } from 'node:crypto'
import { trustedCertificate } from '../stand-in/certificate.ts'
import { incidentNote } from '../stand-in/incident-note.ts'
import { isRecord, parseJson } from '../stand-in/json.ts'
import { eventAccepted, eventFault } from '../stand-in/pagerduty-events.ts'
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
