/** The timeline of one alert, as the REST API gives it, in words that fit beside the demo's seconds. Pure. */
import { basename } from 'node:path'
import type { Fact } from '../history/timeline-json.ts'
import type { Attempt, Destination, ExplainedAlert } from './rest.ts'

/** One thing that happened. `at` is epoch ms; null is now. */
export interface Entry {
  readonly at: number | null
  readonly word: string
  readonly text: string
  readonly details: readonly { readonly mark: string; readonly text: string }[]
}

/** In order of time; the last says how things stand. A kind of fact that is not known here is told in the API's words. */
export function timelineEntries({ timeline, told, next }: ExplainedAlert): Entry[] {
  const known = [...Map.groupBy(told, (one) => one.told)].map(
    ([what, by]) =>
      `${by.map(({ destination }) => nameOf(destination)).join(' and ')} ${by.length === 1 ? 'was' : 'were'} told ${what}.`,
  )
  const owed = told.filter((one) => one.owed).map(({ destination }) => `${nameOf(destination)} is owed its resolve.`)
  const due = next.length === 0 ? ['Nothing is due.'] : next.map(({ text }) => text)
  return [
    ...timeline.map(entryOf),
    { at: null, word: 'known', text: [...known, ...owed, ...due].join(' '), details: [] },
  ]
}

function entryOf(fact: Fact): Entry {
  const at = Date.parse(fact.at)
  switch (fact.what) {
    case 'received':
      return { at, word: 'received', text: fact.text, details: [] }
    case 'routed':
      return {
        at,
        word: 'routed',
        text: `By team ${fact.team} (${basename(fact.version.file)}), route by route:`,
        details: traceOf(fact),
      }
    case 'notification':
      return {
        at,
        word: 'told',
        text: `${nameOf(fact.destination)}: it is ${fact.as}. Reason "${fact.reason}", ${fact.state}.`,
        details: fact.attempts.map((attempt) => ({ mark: `attempt ${attempt.n}`, text: attemptText(attempt) })),
      }
    default:
      return { at, word: fact.what, text: fact.text, details: [] }
  }
}

function traceOf({ trace }: Extract<Fact, { what: 'routed' }>): Entry['details'] {
  return (trace ?? []).map(({ routeId, matchers, failed, chosen, receiver }) => {
    if (failed !== null) return { mark: '✗', text: `${routeId}: ${failed} does not match` }
    const matched = matchers.length === 0 ? 'takes everything' : `${matchers.join(', ')} matches`
    if (!chosen) return { mark: '·', text: `${routeId}: ${matched}; a route below it fits better` }
    return { mark: '✓', text: `${routeId}: ${matched}; to receiver ${receiver}` }
  })
}

/** `delivered in 4 ms, answered 200`; `transient, 429 rate_limited; retried after 1.0 s` */
function attemptText({ startedAt, finishedAt, outcome, status, detail, retryAt }: Attempt): string {
  if (finishedAt === null) return 'under way'
  if (outcome === 'delivered') {
    const took = Date.parse(finishedAt) - Date.parse(startedAt)
    return `delivered in ${took} ms${status === null ? '' : `, answered ${status}`}`
  }
  const later = retryAt === null ? null : (Date.parse(retryAt) - Date.parse(finishedAt)) / 1_000
  const again = later === null ? '' : `; retried after ${later.toFixed(1)} s`
  return `${outcome}, ${detail ?? status ?? 'no answer'}${again}`
}

function nameOf({ channel }: Destination): string {
  return channel === 'slack' ? 'Slack' : 'Webhook'
}
