/** One alert as an item of a Slack message's list, and the headings and counts of the list's parts. */
import type { Labels } from '../alert/labels.ts'
import type { Message, MessageAlert } from './channel.ts'
import { context, MAX_SECTION_TEXT, type SlackBlock, section } from './slack-blocks.ts'
import { code, link, prose, slackTime } from './slack-text.ts'
import { markerOf } from './slack-words.ts'
import { countText, durationText } from './time-text.ts'

/** A part of the list: the alerts with this change. */
export type Part = MessageAlert['change']

/** What all alerts of the message say alike; it is said once, above the list. */
export interface Common {
  readonly labels: Labels
  readonly annotations: Labels
}

/** Upper bound of a heading's and of a count's length. */
export const MAX_HEADING = 50

/** Shorter durations are not worth reading: the message has just come. */
const WORTH_SAYING_MS = 60_000

/** Labels that the header and the coloured dots show already. */
export const SAID_ELSEWHERE: readonly string[] = ['alertname', 'severity', 'team']

/** `*2 new*`, `*1 resolved*`, `*3 came and went*`, `*5 still firing*`. */
export function headingFor(message: Message, change: Part): string {
  const words = { new: 'new', resolved: 'resolved', missed: 'came and went', unchanged: 'still firing' }
  return `*${countText(totalOf(message, change))} ${words[change ?? 'unchanged']}*`
}

/** How many alerts a part has in truth, listed or not. */
export function totalOf(message: Message, change: Part): number {
  const { firing, newlyFiring, newlyResolved, missed } = message.counts
  const totals = { new: newlyFiring, resolved: newlyResolved, missed, unchanged: firing - newlyFiring }
  return totals[change ?? 'unchanged']
}

/** How much of an alert is shown: two lines with links, the same without, or one small line. */
export type Detail = 'linked' | 'plain' | 'compact'

/** What is wrong, then which one, since when, and where to look. What all alerts have in common is left out. */
export function alertItem(alert: MessageAlert, common: Common, now: number, detail: Detail): SlackBlock {
  const except = [...SAID_ELSEWHERE, ...Object.keys(common.labels)]
  const labels = labelCode(alert.labels, except, detail === 'compact' ? 160 : 300)
  const title = titleOf(alert, common)
  const lead = `${markerOf(alert)} ${title === '' ? labels : title}`
  const times = itemTimes(alert, now)
  if (detail === 'compact') return context(`${lead} · ${times}`)
  const facts = [title === '' ? '' : labels, times].filter((part) => part !== '').join(' · ')
  const base = `${lead}\n${facts}`
  return section(detail === 'plain' ? base : withLinks(base, itemLinks(alert, common)))
}

/** Appends the links that fit into one text of a block; a link cannot be cut. */
export function withLinks(text: string, links: readonly (string | null)[]): string {
  return links.reduce<string>(
    (line, each) => (each === null || line.length + each.length + 3 > MAX_SECTION_TEXT ? line : `${line} · ${each}`),
    text,
  )
}

/** `Fired Nov 20, 14:02, resolved 14:09, after 7 min` */
export function lifeTimes(startsAt: number, endsAt: number): string {
  const lasted = durationText(endsAt - startsAt)
  return `Fired ${slackTime(startsAt, 'date')}, resolved ${slackTime(endsAt, 'time')}, after ${lasted}`
}

/** `, 7 min`; nothing when it has only begun. */
export function lasting(durationMs: number): string {
  return durationMs < WORTH_SAYING_MS ? '' : `, ${durationText(durationMs)}`
}

/** Labels as `name=value` in code, one after the other, without those of `except`; what exceeds `max` is left out. */
export function labelCode(labels: Labels, except: readonly string[], max: number): string {
  const hidden = new Set(except)
  let text = ''
  for (const [name, value] of Object.entries(labels)) {
    if (hidden.has(name)) continue
    const pair = code(`${name}=${value}`, 120)
    if (text.length + pair.length + 3 > max) return `${text} …`
    text = text === '' ? pair : `${text} ${pair}`
  }
  return text
}

/** The alert's name and summary as far as they are its own; a summary that says the name is enough. */
function titleOf(alert: MessageAlert, common: Common): string {
  const name = common.labels.alertname === undefined ? (alert.labels.alertname ?? '') : ''
  const summary = common.annotations.summary === undefined ? (alert.annotations.summary ?? '') : ''
  const bold = name === '' || summary.includes(name) ? '' : `*${prose(name, 80)}*`
  return [bold, prose(summary, 200)].filter((part) => part !== '').join(' ')
}

function itemTimes(alert: MessageAlert, now: number): string {
  if (alert.endsAt === null) return `since ${slackTime(alert.startsAt, 'time')}${lasting(now - alert.startsAt)}`
  if (alert.change === 'missed') {
    return `fired ${slackTime(alert.startsAt, 'time')}, resolved ${slackTime(alert.endsAt, 'time')}`
  }
  return `resolved ${slackTime(alert.endsAt, 'time')} after ${durationText(alert.endsAt - alert.startsAt)}`
}

function itemLinks(alert: MessageAlert, common: Common): (string | null)[] {
  const runbook = common.annotations.runbook_url === undefined ? (alert.annotations.runbook_url ?? '') : ''
  return [link(runbook, 'Runbook'), link(alert.url ?? '', 'Why'), link(alert.generatorUrl, 'Source')]
}
