/** The timeline of one alert, as the REST API gives it, in words that fit beside the demo's seconds. Pure. */
import { basename } from 'node:path'
import type { Fact } from '../history/timeline-json.ts'
import { formatDuration } from '../team/duration.ts'
import type { Attempt, Destination, ExplainedAlert } from './rest.ts'

/** One thing that happened. `at` is epoch ms; null is now. */
export interface Entry {
  readonly at: number | null
  readonly word: string
  readonly text: string
  readonly details: readonly { readonly mark: string; readonly text: string }[]
}

/** In order of time; the last says how things stand at `now` (epoch ms). A kind of fact that is not known here is told in the API's words. */
export function timelineEntries(alert: ExplainedAlert, now: number): Entry[] {
  const known = [...Map.groupBy(alert.told, (one) => one.told)].map(
    ([what, by]) => `${namesOf(by)} ${by.length === 1 ? 'was' : 'were'} told ${what}.`,
  )
  return [
    ...alert.timeline.map(entryOf),
    { at: null, word: 'known', text: [...known, nextText(alert, now)].join(' '), details: [] },
  ]
}

/** Who is still to hear of it: `Mail is owed the resolve. …`, and what is due by itself. `now` is epoch ms. */
export function nextText({ told, next }: ExplainedAlert, now: number): string {
  const owed = told.filter((one) => one.owed)
  const debts = owed.length === 0 ? [] : [`${namesOf(owed)} ${owed.length === 1 ? 'is' : 'are'} owed the resolve.`]
  const repeats = Map.groupBy(next.filter(isRepeat), ({ at }) => Math.round((Date.parse(at) - now) / 60_000))
  const again = [...repeats].map(([minutes, by]) => {
    const whom = by.map(({ destination }) => `${nameOf(destination)} of ${destination.receiver}`)
    const verb = by.length === 1 ? 'hears' : 'hear'
    return `${listed.format(whom)} ${verb} again in ${formatDuration(minutes * 60_000)}, or when it is over.`
  })
  const others = next.filter((one) => !isRepeat(one)).map(({ text }) => text)
  return next.length === 0 ? [...debts, 'Nothing is due.'].join(' ') : [...debts, ...others, ...again].join(' ')
}

type Next = ExplainedAlert['next'][number]

function isRepeat(next: Next): next is Next & { readonly at: string; readonly destination: Destination } {
  return next.what === 'repeat' && next.at !== null && next.destination !== null
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
        ...toldText(fact),
      }
    default:
      return { at, word: fact.what, text: fact.text, details: [] }
  }
}

/** A first attempt that went well needs no line of its own. */
function toldText({ destination, as, reason, state, attempts }: Extract<Fact, { what: 'notification' }>) {
  const said = `${nameOf(destination)}: ${as} ("${reason}")`
  const [only] = attempts
  if (only?.outcome === 'delivered' && attempts.length === 1) {
    return { text: `${said}, ${attemptText(only)}.`, details: [] }
  }
  const details = attempts.map((attempt) => ({ mark: `attempt ${attempt.n}`, text: attemptText(attempt) }))
  return { text: `${said}, ${state}:`, details }
}

function traceOf({ trace }: Extract<Fact, { what: 'routed' }>): Entry['details'] {
  return (trace ?? []).map(({ routeId, matchers, failed, chosen, receiver }) => {
    if (failed !== null) return { mark: '✗', text: `${routeId}: ${failed} does not match` }
    const matched = matchers.length === 0 ? 'takes everything' : `${matchers.join(', ')} matches`
    if (!chosen) return { mark: '·', text: `${routeId}: ${matched}; a route below it fits better` }
    return { mark: '✓', text: `${routeId}: ${matched}; to receiver ${receiver}` }
  })
}

/** `answered 200 in 4 ms`; `transient, 429 rate_limited; retried after 1.0 s` */
function attemptText({ startedAt, finishedAt, outcome, status, detail, retryAt }: Attempt): string {
  if (finishedAt === null) return 'under way'
  if (outcome === 'delivered') {
    const took = Date.parse(finishedAt) - Date.parse(startedAt)
    return `${status === null ? 'delivered' : `answered ${status}`} in ${took} ms`
  }
  const later = retryAt === null ? null : (Date.parse(retryAt) - Date.parse(finishedAt)) / 1_000
  const again = later === null ? '' : `; retried after ${later.toFixed(1)} s`
  return `${outcome}, ${detail ?? status ?? 'no answer'}${again}`
}

const listed = new Intl.ListFormat('en')

/** `PagerDuty, Slack, and Mail` */
function namesOf(all: readonly { readonly destination: Destination }[]): string {
  return listed.format(all.map(({ destination }) => nameOf(destination)))
}

const names: Readonly<Record<string, string>> = {
  slack: 'Slack',
  pagerduty: 'PagerDuty',
  email: 'Mail',
  webhook: 'Webhook',
}

function nameOf({ channel }: Destination): string {
  return names[channel] ?? channel
}
