/** What a mail says, before it is text or HTML: every word plain and cut, every link safe to follow. */
import type { Labels } from '../alert/labels.ts'
import type { Message, MessageAlert } from './channel.ts'
import { closeNote, endVerb } from './close-words.ts'
import { hrefOf } from './href.ts'
import { type Common, commonOf, headingOf, isSingle, ownWords, partsOf, SAID_ELSEWHERE, totalOf } from './parts.ts'
import { plainText } from './plain-text.ts'
import { durationText, lasting, utcMinute, utcTime } from './time-text.ts'
import {
  deliveryWords,
  groupTone,
  markerOf,
  severityWord,
  stateWords,
  subjectLine,
  type Tone,
  titleWords,
  toneOf,
} from './words.ts'

/** More is folded or cut by mail readers, and long before that by the screen of a phone. */
const MAX_SUBJECT = 200

/** Alerts named in each part of the list. */
const NAMED_PER_PART = 15

/** A label that all alerts share, or one of an alert's own. */
export type Pair = readonly [name: string, value: string]

export interface Link {
  readonly label: string
  readonly href: string
}

/** One alert of the list: what is wrong, which one it is, since when, and where to look. */
export interface EmailAlert {
  readonly tone: Tone
  readonly marker: string
  /** '' when its labels say all there is. */
  readonly title: string
  readonly labels: readonly Pair[]
  readonly times: string
  readonly links: readonly Link[]
}

export interface EmailPart {
  /** `2 new`; '' when the list has one part only. */
  readonly heading: string
  readonly alerts: readonly EmailAlert[]
  /** How many more there are than are named. */
  readonly hidden: number
}

export interface EmailContent {
  readonly subject: string
  readonly tone: Tone
  /** `2 new, 5 firing` */
  readonly state: string
  /** `HighErrorRatio` */
  readonly title: string
  /** `critical`, then the team. */
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly times: string
  /** That it is late, that it may be a repeat. */
  readonly notes: readonly string[]
  readonly labels: readonly Pair[]
  readonly parts: readonly EmailPart[]
  readonly links: readonly Link[]
  readonly footer: string
}

/** Pure. The order is that of reading: what, how bad, since when; then which ones; then where to look. */
export function emailContent(message: Message): EmailContent {
  const common = commonOf(message)
  const summary = plainText(common.annotations.summary ?? '', 300)
  const description = plainText(common.annotations.description ?? '', 600)
  return {
    subject: subjectLine(message, MAX_SUBJECT, plainText),
    tone: groupTone(message),
    state: stateWords(message),
    title: titleWords(message, 120, plainText),
    tags: [severityWord(message, plainText), plainText(message.team, 63)].filter((tag) => tag !== ''),
    summary,
    // What was wrong is no longer told at length once it is over.
    description: message.status === 'resolved' || description === summary ? '' : description,
    times: timesOf(message),
    notes: deliveryWords(message, plainText),
    labels: pairsOf(common.labels, SAID_ELSEWHERE),
    parts: isSingle(message) ? [] : listOf(message, common),
    links: linksOf(message, common),
    footer: `${plainText(message.team, 63)} / ${plainText(message.receiver, 60)} · notification #${message.notificationId}`,
  }
}

function timesOf(message: Message): string {
  const [only] = message.alerts
  if (only !== undefined && isSingle(message) && only.endsAt !== null) {
    const lasted = durationText(only.endsAt - only.startsAt)
    const ended = `${endVerb(only)} ${utcTime(only.endsAt, only.startsAt)}`
    return `Fired ${utcMinute(only.startsAt)}, ${ended}, after ${lasted}${closeNote(only)}`
  }
  if (message.counts.firing === 0) return `First fired ${utcMinute(message.since)}`
  return `Since ${utcMinute(message.since)}${lasting(message.sentAt - message.since)}`
}

/** The alerts by what happened to them, each part with its true number. */
function listOf(message: Message, common: Common): EmailPart[] {
  const parts = partsOf(message)
  return parts.map((part) => {
    const named = message.alerts.filter((alert) => alert.change === part).slice(0, NAMED_PER_PART)
    // Beside news, the rest of the group is background; alone (a repeat), it is the message.
    const isBackground = part === null && parts.length > 1
    return {
      heading: parts.length > 1 ? headingOf(message, part) : '',
      alerts: named.map((alert) => alertOf(alert, common, message.sentAt, isBackground)),
      hidden: Math.max(0, totalOf(message, part) - named.length),
    }
  })
}

function alertOf(alert: MessageAlert, common: Common, now: number, isBackground: boolean): EmailAlert {
  const { name, summary } = ownWords(alert, common)
  const words = [plainText(name, 80), plainText(summary, 200)].filter((word) => word !== '')
  const runbook = common.annotations.runbook_url === undefined ? (alert.annotations.runbook_url ?? '') : ''
  return {
    tone: toneOf(alert),
    marker: markerOf(alert),
    title: words.join(': '),
    // Where severities differ, colour alone must not tell them apart.
    labels: pairsOf(alert.labels, ['alertname', 'team', ...Object.keys(common.labels)]),
    times: alertTimes(alert, now),
    links: isBackground
      ? []
      : links([
          ['Runbook', runbook],
          ['Why', alert.url ?? ''],
          ['Source', alert.generatorUrl],
        ]),
  }
}

function alertTimes(alert: MessageAlert, now: number): string {
  const { startsAt, endsAt } = alert
  if (endsAt === null) return `since ${utcTime(startsAt, now)}${lasting(now - startsAt)}`
  const ended = `${endVerb(alert)} ${utcTime(endsAt, now)}`
  if (alert.change === 'missed') return `fired ${utcTime(startsAt, now)}, ${ended}${closeNote(alert)}`
  return `${ended} after ${durationText(endsAt - startsAt)}${closeNote(alert)}`
}

function linksOf(message: Message, common: Common): Link[] {
  const [only] = isSingle(message) ? message.alerts : []
  return links([
    ['Runbook', common.annotations.runbook_url ?? ''],
    ['Why you got this', only?.url ?? ''],
    ['Source', only?.generatorUrl ?? ''],
    ['Alertmanager', message.externalUrl],
  ])
}

/** Those that may be followed. */
function links(written: readonly (readonly [label: string, url: string])[]): Link[] {
  return written.flatMap(([label, url]) => {
    const href = hrefOf(url)
    return href === null ? [] : [{ label, href }]
  })
}

/** At most ten labels without those of `except`. */
function pairsOf(labels: Labels, except: readonly string[]): Pair[] {
  const hidden = new Set(except)
  return Object.entries(labels)
    .filter(([name]) => !hidden.has(name))
    .slice(0, 10)
    .map(([name, value]) => [plainText(name, 60), plainText(value, 120)])
}
