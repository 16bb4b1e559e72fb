/** A notification as PagerDuty events: what the person who is paged reads first, then all the rest as details. */
import type { Labels } from '../alert/labels.ts'
import type { Message, MessageAlert } from './channel.ts'
import { customDetails, linksOf, MAX_NAME } from './pagerduty-details.ts'
import { commonOf, isSingle } from './parts.ts'
import { plainText } from './plain-text.ts'
import { rfc3339 } from './time-text.ts'
import { stateWords, titleWords, toneOf } from './words.ts'

/**
 * https://developer.pagerduty.com/docs/events-api-v2/trigger-events/#parameters. The same `dedup_key` is one incident
 * for as long as it is open; at most 255 characters, of which a conversation key has about 40.
 */
export interface PagerDutyEvent {
  readonly routing_key: string
  readonly event_action: 'trigger' | 'resolve'
  readonly dedup_key: string
  readonly client?: string | undefined
  readonly client_url?: string | undefined
  readonly payload: {
    readonly summary: string
    readonly source: string
    readonly severity: Severity
    readonly timestamp?: string | undefined
    readonly component?: string | undefined
    readonly group?: string | undefined
    readonly class?: string | undefined
    readonly custom_details?: object | undefined
  }
  readonly links?: { readonly href: string; readonly text: string }[]
}

type Severity = 'critical' | 'error' | 'warning' | 'info'

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/#parameters (`payload.summary`) */
export const MAX_SUMMARY = 1_024

/** Labels that name the system that is ill, the part of it, and what the parts belong to; the first that all alerts share. */
const SOURCE_LABELS = ['instance', 'pod', 'node', 'host', 'hostname', 'service', 'job', 'cluster']
const COMPONENT_LABELS = ['component', 'service', 'app', 'container', 'job']
const GROUP_LABELS = ['cluster', 'namespace', 'environment', 'env', 'region']

/** Words for a severity that is bad, though not the worst; what else is bad, or no word that we know, is critical. */
const ERROR_WORDS: ReadonlySet<string> = new Set(['error', 'high'])

/** Opens the incident, or tells an open one the present state. */
export function triggerOf(message: Message, routingKey: string): PagerDutyEvent {
  const common = commonOf(message)
  const least = leastTrigger(message, routingKey)
  return {
    ...least,
    client: 'alert-router',
    client_url: message.publicUrl ?? undefined,
    payload: {
      ...least.payload,
      timestamp: timestamp(message.since),
      component: nameOf(common.labels, COMPONENT_LABELS),
      group: nameOf(common.labels, GROUP_LABELS),
      class: nameOf(common.labels, ['alertname']),
      custom_details: customDetails(message, common),
    },
    links: linksOf(message, common),
  }
}

/** The least by which PagerDuty pages: for when it dislikes the whole event. */
export function leastTrigger(message: Message, routingKey: string): PagerDutyEvent {
  return {
    routing_key: routingKey,
    event_action: 'trigger',
    dedup_key: message.conversationKey,
    payload: { summary: summary(message), source: source(message), severity: severity(message) },
  }
}

/** Closes the incident. */
export function resolveOf(message: Message, routingKey: string): PagerDutyEvent {
  const { summary, source } = leastTrigger(message, routingKey).payload
  return {
    routing_key: routingKey,
    event_action: 'resolve',
    dedup_key: message.conversationKey,
    payload: { summary, source, severity: 'info' },
  }
}

/** `HighErrorRatio: checkout error ratio 20% (3 firing)`: it becomes the incident's title, and stays it. */
function summary(message: Message): string {
  const { labels, annotations } = commonOf(message)
  const first = message.alerts.find(({ change }) => change !== null) ?? message.alerts[0]
  const words = annotations.summary ?? first?.annotations.summary ?? annotations.description ?? ''
  const count = isSingle(message) ? '' : ` (${stateWords(message).toLowerCase()})`
  // A name may be made of nothing that can be seen.
  const title = titleWords(message, MAX_NAME, plainText) || 'alerts'
  const long = (words === '' ? pairs(labels) : words).slice(0, 4 * MAX_SUMMARY)
  const what = plainText(long, MAX_SUMMARY - title.length - count.length - 2)
  return what === '' ? title + count : `${what.includes(title) ? '' : `${title}: `}${what}${count}`
}

function pairs(labels: Labels): string {
  const own = Object.entries(labels).filter(([name]) => name !== 'alertname')
  return own.map(([name, value]) => `${name}=${value}`).join(' ')
}

/** Required by PagerDuty, so something has to stand there. */
function source(message: Message): string {
  const alertmanager = plainText(URL.parse(message.externalUrl)?.host ?? '', MAX_NAME)
  return nameOf(commonOf(message).labels, SOURCE_LABELS) ?? (alertmanager || 'alert-router')
}

/** The worst of the alerts that fire. */
function severity({ alerts }: Message): Severity {
  const firing = alerts.filter(({ status }) => status === 'firing')
  const bad = firing.filter((alert) => toneOf(alert) === 'critical')
  if (bad.length === 0 && firing.length > 0)
    return firing.some((alert) => toneOf(alert) === 'warning') ? 'warning' : 'info'
  const isError = ({ labels }: MessageAlert) => ERROR_WORDS.has((labels.severity ?? '').toLowerCase())
  return bad.length > 0 && bad.every(isError) ? 'error' : 'critical'
}

/** The first of these labels that says something. */
function nameOf(labels: Labels, names: readonly string[]): string | undefined {
  return names.map((name) => plainText(labels[name] ?? '', MAX_NAME)).find((value) => value !== '')
}

/** A stranger's clock may be far off; a time that no ISO reader takes is left to PagerDuty. */
function timestamp(at: number): string | undefined {
  const text = rfc3339(at)
  return /^[12]\d{3}-/.test(text) ? text : undefined
}
