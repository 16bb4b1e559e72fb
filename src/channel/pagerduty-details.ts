/** The details of a PagerDuty incident: the alerts one by one, and links to read on. Everything is plain text. */
import type { Labels } from '../alert/labels.ts'
import type { Message, MessageAlert } from './channel.ts'
import { closeNote } from './close-words.ts'
import { hrefOf } from './href.ts'
import { type Common, isSingle } from './parts.ts'
import { plainText } from './plain-text.ts'
import { countText, rfc3339 } from './time-text.ts'
import { deliveryWords, stateWords } from './words.ts'

/** 512 KB, taken as thousands. https://developer.pagerduty.com/docs/events-api-v2/overview/#size-limits */
export const MAX_EVENT_BYTES = 512_000

/** Alerts told one by one: with the group there are up to 43 sets of labels and annotations, and all else is short. */
const MAX_ALERTS = 20
const MAX_PAIRS_BYTES = MAX_EVENT_BYTES / 64
const MAX_VALUE = 1_024

/** Of names PagerDuty tells no limit; longer ones are no names any more. */
export const MAX_NAME = 255

/** What PagerDuty shows as a table beside the incident; `undefined` leaves no row. */
export function customDetails(message: Message, common: Common): object {
  const shown = message.alerts.slice(0, MAX_ALERTS)
  const { firing, newlyResolved, missed } = message.counts
  const hidden = Math.max(0, firing + newlyResolved + missed - shown.length)
  // What repeats an event is dropped by its dedup_key.
  const delivery = deliveryWords({ ...message, possibleRepeat: false }, plainText).join('; ')
  return {
    state: stateWords(message),
    delivery: delivery === '' ? undefined : delivery,
    team: plainText(message.team, MAX_NAME),
    receiver: plainText(message.receiver, MAX_NAME),
    group_labels: fitting(message.groupLabels, {}),
    labels: fitting(common.labels, {}),
    annotations: fitting(common.annotations, {}),
    alerts: shown.map((alert) => alertDetails(alert, common)),
    not_shown: hidden === 0 ? undefined : countText(hidden),
    notification: message.notificationId,
  }
}

/** What the alert has for itself; what all have in common is said once. */
function alertDetails(alert: MessageAlert, common: Common): object {
  return {
    status: statusWords(alert),
    labels: fitting(alert.labels, common.labels),
    annotations: fitting(alert.annotations, common.annotations),
    starts_at: rfc3339(alert.startsAt),
    ends_at: alert.endsAt === null ? undefined : rfc3339(alert.endsAt),
    source: hrefOf(alert.generatorUrl) ?? undefined,
    why: hrefOf(alert.url ?? '') ?? undefined,
  }
}

function statusWords(alert: MessageAlert): string {
  if (alert.change === 'new') return 'firing, new'
  return (alert.change === 'missed' ? 'came and went' : alert.status) + closeNote(alert)
}

/** Where the paged person may read on. */
export function linksOf(message: Message, common: Common): { href: string; text: string }[] {
  const [only] = isSingle(message) ? message.alerts : []
  const links = [
    { href: common.annotations.runbook_url ?? '', text: 'Runbook' },
    { href: common.annotations.dashboard_url ?? '', text: 'Dashboard' },
    { href: only?.url ?? '', text: 'Why you got this' },
    { href: only?.generatorUrl ?? '', text: 'Source' },
    { href: message.externalUrl, text: 'Alertmanager' },
  ]
  return links.flatMap(({ href, text }) => {
    const safe = hrefOf(href)
    return safe === null ? [] : [{ href: safe, text }]
  })
}

/** The pairs that `except` has not, as plain text, as many as fit; how many were left out stands under `…`. Undefined for none. */
function fitting(labels: Labels, except: Labels): Labels | undefined {
  const kept: Record<string, string> = Object.create(null)
  let room = MAX_PAIRS_BYTES
  let left = 0
  for (const [name, value] of Object.entries(labels)) {
    if (except[name] === value) continue
    if (room >= 0) {
      const pair = [plainText(name, MAX_NAME), plainText(value.slice(0, 4 * MAX_VALUE), MAX_VALUE)] as const
      room -= Buffer.byteLength(JSON.stringify(pair))
      if (room >= 0) kept[pair[0]] = pair[1]
    }
    if (room < 0) left++
  }
  if (left > 0) kept['…'] = `${left} more`
  return room === MAX_PAIRS_BYTES ? undefined : kept
}
