/** A notification as a Slack message: the first line says everything, the rest is there when wanted. */
import type { Message } from './channel.ts'
import { type Common, commonOf, headingOf, isSingle, PARTS, partsOf, SAID_ELSEWHERE, totalOf } from './parts.ts'
import { alertItem, type Detail, labelCode, lifeTimes, MAX_HEADING, withLinks } from './slack-alerts.ts'
import {
  context,
  header,
  MAX_BLOCKS,
  MAX_BLOCKS_TEXT,
  MAX_HEADER_TEXT,
  type SlackBlock,
  type SlackPayload,
  section,
  textLength,
} from './slack-blocks.ts'
import { link, prose, slackTime } from './slack-text.ts'
import { countText, lasting } from './time-text.ts'
import { deliveryWords, headline } from './words.ts'

/** Alerts named in each part of the list; more than a screen of a phone is not read. */
const NAMED_PER_PART = 8

/** Pure. Every text is escaped and every vendor limit holds, whatever the labels are. */
export function renderSlack(message: Message): SlackPayload {
  const common = commonOf(message)
  const foot = footer(message, common)
  const blocks: SlackBlock[] = [header(headline(message, MAX_HEADER_TEXT, prose)), ...summary(message, common)]
  blocks.push(context(facts(message, common)), ...deliveryWords(message, prose).map((line) => context(line)))
  if (!isSingle(message)) blocks.push(...alertList(message, common, roomBeside([...blocks, foot])))
  blocks.push(foot)
  return { text: oneLine(message, common), blocks }
}

/** The least that can be said, for when Slack refuses the blocks: a few lines of text that nothing can be wrong with. */
export function plainSlack(message: Message): { readonly text: string } {
  return { text: [oneLine(message, commonOf(message)), times(message), ...deliveryWords(message, prose)].join('\n') }
}

/** What a phone shows while it is locked: the headline and, in its author's words, the (first) change. */
function oneLine(message: Message, common: Common): string {
  const changed = message.alerts.find((alert) => alert.change !== null) ?? message.alerts[0]
  const what = prose(common.annotations.summary ?? changed?.annotations.summary ?? '', 200)
  const repeat = message.possibleRepeat ? ' (possible repeat)' : ''
  return headline(message, MAX_HEADER_TEXT, prose) + (what === '' ? '' : ` — ${what}`) + repeat
}

/** What all alerts say alike, in their author's words. What was wrong is no longer told at length once it is over. */
function summary(message: Message, common: Common): SlackBlock[] {
  const short = prose(common.annotations.summary ?? '', 300)
  if (message.status === 'resolved') return short === '' ? [] : [section(short)]
  const long = prose(common.annotations.description ?? '', 600)
  const lines = [short === '' ? '' : `*${short}*`, long === short ? '' : long].filter((line) => line !== '')
  return lines.length === 0 ? [] : [section(lines.join('\n'))]
}

/** `Since Nov 20, 14:02, 7 min · cluster=eu-1 service=checkout` */
function facts(message: Message, common: Common): string {
  const labels = labelCode(common.labels, SAID_ELSEWHERE, 400)
  return labels === '' ? times(message) : `${times(message)} · ${labels}`
}

function times(message: Message): string {
  const [only] = message.alerts
  if (only !== undefined && isSingle(message) && only.endsAt !== null) return lifeTimes(only, only.endsAt)
  if (message.counts.firing === 0) return `First fired ${slackTime(message.since, 'date')}`
  return `Since ${slackTime(message.since, 'date')}${lasting(message.sentAt - message.since)}`
}

interface Room {
  blocks: number
  text: number
}

/** What is left of Slack's limits beside `blocks`, the divider, and a heading and a count for every part. */
function roomBeside(blocks: readonly SlackBlock[]): Room {
  const text = blocks.reduce((sum, block) => sum + textLength(block), 0)
  return {
    blocks: MAX_BLOCKS - blocks.length - 1 - 2 * PARTS.length,
    text: MAX_BLOCKS_TEXT - text - 2 * PARTS.length * MAX_HEADING,
  }
}

/** The alerts by what happened to them, each part with its true number; what does not fit is counted: `… 37 more`. */
function alertList(message: Message, common: Common, room: Room): SlackBlock[] {
  const parts = partsOf(message)
  const blocks = parts.flatMap((change) => {
    const named = message.alerts.filter((alert) => alert.change === change).slice(0, NAMED_PER_PART)
    // Beside news, the rest of the group is background; alone (a repeat), it is the message.
    const details: readonly Detail[] = change === null && parts.length > 1 ? ['compact'] : ['linked', 'plain']
    const items = fitting(
      named.map((alert) => details.map((detail) => alertItem(alert, common, message.sentAt, detail))),
      room,
    )
    const hidden = totalOf(message, change) - items.length
    const heading = parts.length > 1 ? [context(`*${headingOf(message, change)}*`)] : []
    return [...heading, ...items, ...(hidden > 0 ? [context(`… ${countText(hidden)} more`)] : [])]
  })
  return blocks.length === 0 ? [] : [{ type: 'divider' }, ...blocks]
}

/** Of each item the first form that the room still holds, until one has none; takes the room it uses. */
function fitting(items: readonly (readonly SlackBlock[])[], room: Room): SlackBlock[] {
  const taken: SlackBlock[] = []
  for (const forms of items) {
    const form = forms.find((block) => textLength(block) <= room.text)
    if (form === undefined || room.blocks < 1) break
    room.blocks -= 1
    room.text -= textLength(form)
    taken.push(form)
  }
  return taken
}

/** Who sent it to whom, and where to read on. */
function footer(message: Message, common: Common): SlackBlock {
  const [only] = isSingle(message) ? message.alerts : []
  const sender = `${prose(message.team, 24)} / ${prose(message.receiver, 60)} · #${message.notificationId}`
  const links = [
    link(common.annotations.runbook_url ?? '', 'Runbook'),
    link(only?.url ?? '', 'Why you got this'),
    link(only?.generatorUrl ?? '', 'Source'),
    link(message.externalUrl, 'Alertmanager'),
  ]
  return context(withLinks(sender, links))
}
