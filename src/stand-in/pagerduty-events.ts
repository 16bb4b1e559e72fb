/** What PagerDuty makes of events, as its Events API v2 tells it: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
import { isRecord, parseJson, text } from './json.ts'
import type { Received } from './stand-in.ts'

/** https://developer.pagerduty.com/docs/events-api-v2/overview/#size-limits and `…/trigger-events/#parameters` */
const mostBytes = 512_000
const longestSummary = 1_024
const longestDedupKey = 255
const severities = ['critical', 'error', 'warning', 'info']

/** What an event is answered that PagerDuty takes. */
export const eventAccepted = { status: 202, body: JSON.stringify({ status: 'success', message: 'Event processed' }) }

/** One incident, as the person who was paged finds it. */
export interface Incident {
  readonly routingKey: string
  readonly dedupKey: string
  /** Of the event that opened it. */
  readonly title: string
  readonly severity: string
  readonly status: 'open' | 'resolved'
  /** Its events, `trigger` or `resolve` with their summaries. */
  readonly log: readonly string[]
}

/**
 * What PagerDuty makes of the events it took: a trigger opens an incident, or is a line in the log of an open one; a resolve
 * closes it; after that the same key opens a new one, and a resolve without an open one is dropped.
 */
export function incidentsOf(messages: readonly { readonly payload: Readonly<Record<string, unknown>> }[]): {
  incidents: Incident[]
  dropped: number
} {
  const incidents: Incident[] = []
  let dropped = 0
  for (const { payload: event } of messages) {
    const [routingKey, dedupKey] = [text(event.routing_key), text(event.dedup_key)]
    const { summary = '', severity = '' } = (event.payload ?? {}) as { summary?: string; severity?: string }
    const action = text(event.event_action)
    const entry = `${action}: ${summary}`
    const at = incidents.findLastIndex((one) => one.routingKey === routingKey && one.dedupKey === dedupKey)
    const open = incidents[at]?.status === 'open' ? incidents[at] : undefined
    if (open !== undefined) {
      const status = action === 'resolve' ? 'resolved' : 'open'
      incidents[at] = { ...open, status, log: [...open.log, entry] }
    } else if (action === 'trigger') {
      incidents.push({ routingKey, dedupKey, title: summary, severity, status: 'open', log: [entry] })
    } else {
      dropped++
    }
  }
  return { incidents, dropped }
}

/** What PagerDuty would refuse with 400, when it knows these integration keys; null if it would answer 202. */
export function eventFault({ method, path, headers, body }: Received, keys: readonly string[]): string | null {
  if (method !== 'POST' || path !== '/v2/enqueue') return `${method} ${path} is not how events are sent`
  if (!String(headers['content-type']).startsWith('application/json')) return 'the content type is not JSON'
  if (Buffer.byteLength(body) > mostBytes) return `an event of ${Buffer.byteLength(body)} bytes`
  const event = parseJson(body)
  if (!isRecord(event)) return 'the body is not a JSON object'
  if (!keys.includes(text(event.routing_key))) return 'Invalid routing key'
  if (!['trigger', 'resolve'].includes(text(event.event_action))) return "'event_action' is missing or unknown"
  if (text(event.dedup_key) === '' || text(event.dedup_key).length > longestDedupKey) return "'dedup_key' is unfit"
  if (event.event_action === 'resolve') return null
  if (!isRecord(event.payload)) return "'payload' is missing"
  const { summary, source, severity } = event.payload
  if (text(summary) === '' || text(summary).length > longestSummary) return "'payload.summary' is unfit"
  if (text(source) === '') return "'payload.source' is missing or blank"
  return severities.includes(text(severity)) ? null : "'payload.severity' is unknown"
}
