/** The timeline of one alert, as the REST API gives it, in words that fit beside the demo's seconds. Pure. */
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
  const standing = told.map(({ destination, told, owed }) => `${nameOf(destination)} was told ${told}${owed ? ', owes' : ''}`)
  const nothing = next.length === 0 ? 'Nothing is owed, nothing is due.' : next.map(({ text }) => text).join(' ')
  return [
    ...timeline.map(entryOf),
    { at: null, word: 'stands', text: `${standing.join('; ')}. ${nothing}`, details: [] },
  ]
}

function entryOf(fact: Fact): Entry {
  const at = Date.parse(fact.at)
  switch (fact.what) {
    case 'received':
      return { at, word: 'received', text: fact.text, details: [] }
    case 'routed':
      return { at, word: 'routed', text: `By team ${fact.team} (${fact.version.file}), route by route:`, details: traceOf(fact) }
    case 'notification':
      return {
        at,
        word: 'told',
        text: `${nameOf(fact.destination)}: it is ${fact.as}. Reason "${fact.reason}", ${fact.state}.`,
        details: fact.attempts.map((attempt) => ({ mark: `${attempt.n}.`, text: attemptText(attempt) })),
      }
    default:
      return { at, word: fact.what, text: fact.text, details: [] }
  }
}

function traceOf({ trace }: Extract<Fact, { what: 'routed' }>): Entry['details'] {
  return (trace ?? []).map(({ routeId, matchers, failed, chosen, receiver }) => {
    if (failed !== null) return { mark: '✗', text: `${routeId}: ${failed} does not match` }
    const matched = matchers.length === 0 ? 'takes everything' : `${matchers.join(', ')} matches`
    if (!chosen) return { mark: '·', text: `${routeId}: ${matched}, but a route below it may fit better` }
    return { mark: '✓', text: `${routeId}: ${matched}, so receiver ${receiver} is told` }
  })
}

/** `delivered in 4 ms, answered 200`, `transient: 429 rate_limited, tried again after 1.0 s` */
function attemptText({ startedAt, finishedAt, outcome, status, detail, retryAt }: Attempt): string {
  const took = finishedAt === null ? '' : ` in ${Date.parse(finishedAt) - Date.parse(startedAt)} ms`
  const answer = [status === null ? '' : `answered ${status}`, outcome === 'delivered' ? '' : (detail ?? '')]
  const later = retryAt === null || finishedAt === null ? null : Date.parse(retryAt) - Date.parse(finishedAt)
  return [
    `${outcome ?? 'under way'}${took}`,
    ...answer.filter((part) => part !== ''),
    ...(later === null ? [] : [`tried again after ${(later / 1_000).toFixed(1)} s`]),
  ].join(', ')
}

function nameOf({ channel }: Destination): string {
  return channel === 'slack' ? 'Slack' : 'Webhook'
}
