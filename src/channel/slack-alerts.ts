/** One alert as an item of a Slack message's list, and the lines of text that messages and items share. */
import type { Labels } from '../alert/labels.ts'
import type { MessageAlert } from './channel.ts'
import { closeNote, endVerb } from './close-words.ts'
import { type Common, ownWords, SAID_ELSEWHERE } from './parts.ts'
import { context, MAX_SECTION_TEXT, type SlackBlock, section } from './slack-blocks.ts'
import { code, link, prose, slackTime } from './slack-text.ts'
import { durationText, lasting } from './time-text.ts'
import { markerOf } from './words.ts'

/** Upper bound of a heading's and of a count's length. */
export const MAX_HEADING = 50

/** How much of an alert is shown: two lines with links, the same without, or one small line. */
export type Detail = 'linked' | 'plain' | 'compact'

/** What is wrong, then which one, since when, and where to look. What all alerts have in common is left out. */
export function alertItem(alert: MessageAlert, common: Common, now: number, detail: Detail): SlackBlock {
  const shared = Object.keys(common.labels)
  const most = detail === 'compact' ? 160 : 300
  // Where nothing but severity tells two alerts of one rule apart, a marker is not enough: it has no words.
  const labels =
    labelCode(alert.labels, [...SAID_ELSEWHERE, ...shared], most) ||
    labelCode(alert.labels, ['alertname', 'team', ...shared], most)
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
export function lifeTimes(alert: MessageAlert, endsAt: number): string {
  const lasted = durationText(endsAt - alert.startsAt)
  const fired = `Fired ${slackTime(alert.startsAt, 'date')}`
  return `${fired}, ${endWords(alert, endsAt)}, after ${lasted}${closeNote(alert)}`
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

function titleOf(alert: MessageAlert, common: Common): string {
  const { name, summary } = ownWords(alert, common)
  const bold = name === '' ? '' : `*${prose(name, 80)}*`
  return [bold, prose(summary, 200)].filter((part) => part !== '').join(' ')
}

function itemTimes(alert: MessageAlert, now: number): string {
  if (alert.endsAt === null) return `since ${slackTime(alert.startsAt, 'time')}${lasting(now - alert.startsAt)}`
  const ended = endWords(alert, alert.endsAt)
  if (alert.change === 'missed') {
    return `fired ${slackTime(alert.startsAt, 'time')}, ${ended}${closeNote(alert)}`
  }
  return `${ended} after ${durationText(alert.endsAt - alert.startsAt)}${closeNote(alert)}`
}

/** What was last heard of long ago was so on another day. */
function endWords(alert: MessageAlert, endsAt: number): string {
  return `${endVerb(alert)} ${slackTime(endsAt, alert.closeReason === 'stale' ? 'date' : 'time')}`
}

function itemLinks(alert: MessageAlert, common: Common): (string | null)[] {
  const runbook = common.annotations.runbook_url === undefined ? (alert.annotations.runbook_url ?? '') : ''
  return [link(runbook, 'Runbook'), link(alert.url ?? '', 'Why'), link(alert.generatorUrl, 'Source')]
}
