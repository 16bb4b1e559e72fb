/** The alerts of a message by what happened to them, and what all of them say alike. */
import type { Labels } from '../alert/labels.ts'
import type { Message, MessageAlert } from './channel.ts'
import { commonPairs } from './common.ts'
import { countText } from './time-text.ts'

/** A part of the list: the alerts with this change. */
export type Part = MessageAlert['change']

/** The order in which alerts are told: what changed comes first, the unchanged rest last. */
export const PARTS: readonly Part[] = ['new', 'resolved', 'missed', null]

/** What all alerts of the message say alike; it is said once, above the list. */
export interface Common {
  readonly labels: Labels
  readonly annotations: Labels
}

/** Labels that headline and markers show already. */
export const SAID_ELSEWHERE: readonly string[] = ['alertname', 'severity', 'team']

export function commonOf(message: Message): Common {
  return {
    labels: commonPairs(message.alerts.map((alert) => alert.labels)),
    annotations: commonPairs(message.alerts.map((alert) => alert.annotations)),
  }
}

/** The parts that have an alert, listed or not. */
export function partsOf(message: Message): readonly Part[] {
  return PARTS.filter((part) => totalOf(message, part) > 0)
}

/** `2 new`, `1 resolved`, `3 came and went`, `5 still firing`. */
export function headingOf(message: Message, part: Part): string {
  const words = { new: 'new', resolved: 'resolved', missed: 'came and went', unchanged: 'still firing' }
  return `${countText(totalOf(message, part))} ${words[part ?? 'unchanged']}`
}

/** How many alerts a part has in truth, listed or not. */
export function totalOf(message: Message, part: Part): number {
  const { firing, newlyFiring, newlyResolved, missed } = message.counts
  const totals = { new: newlyFiring, resolved: newlyResolved, missed, unchanged: firing - newlyFiring }
  return totals[part ?? 'unchanged']
}

/** One alert alone needs no list: what is said of the message is said of it. */
export function isSingle(message: Message): boolean {
  const { firing, newlyResolved, missed } = message.counts
  return message.alerts.length === 1 && firing + newlyResolved + missed <= 1
}

/** What is the alert's own of its name and summary; a summary that says the name is enough. '' for neither. */
export function ownWords(alert: MessageAlert, common: Common): { readonly name: string; readonly summary: string } {
  const name = common.labels.alertname === undefined ? (alert.labels.alertname ?? '') : ''
  const summary = common.annotations.summary === undefined ? (alert.annotations.summary ?? '') : ''
  return { name: summary.includes(name) ? '' : name, summary }
}
