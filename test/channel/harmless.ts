/** Throws where a stranger's words in a message could ring, link, break out of their place, or hide. */
import { expect } from 'vitest'
import type { PagerDutyEvent } from '../../src/channel/pagerduty-event.ts'

/** Controls but the line feed, and whatever is invisible or turns text around. */
const HIDDEN = /[[\p{Cc}--\n]\p{Cs}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/v

const ownDate = /<!date\^\d+\^(\{date_short_pretty\} )?\{time\}\|[\d :-]+UTC>/g
const ownLink = /<https?:\/\/[^\s|<>`]+\|[A-Z][a-z ]+>/g

/** A Slack payload mentions nobody, links only where it may, leaves no code open. */
export function expectHarmlessSlack(payload: object): void {
  for (const text of textsOf(payload)) {
    const rest = text.replaceAll(ownDate, '').replaceAll(ownLink, '')
    if (/[<>]/.test(rest) || HIDDEN.test(text) || rest.split('`').length % 2 === 0) expect.fail(text)
    if (/&(?!(amp|lt|gt);)/.test(rest)) expect.fail(text)
  }
  const written = JSON.stringify(payload)
  if (/"(link_names|parse|channel|username|attachments)":|"type":"markdown"/.test(written)) expect.fail(written)
}

/** Every string of a payload, as Slack may read it as text. */
function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) yield* textsOf(each)
}

/** What our layout is made of. */
const ownTag =
  /<(!DOCTYPE html|\/?(html|head|body|title|table|tr|td|div|code|a)|(html lang="en"|meta (charset|name)="[^"<>]*"( content="[^"<>]*")?|(body|div|code|td|table|tr)( (style|role|width|align|cellpadding|cellspacing|border)="[^"<>]*")+|a href="https?:\/\/[^"<>\s]*" style="[^"<>]*"))>/g

/** A mail has one line of subject, and HTML that holds no tag, attribute or link but ours. */
export function expectHarmlessMail({ subject, text, html }: { subject: string; text: string; html: string }): void {
  if (HIDDEN.test(subject) || subject.includes('\n') || subject.length > 200) expect.fail(subject)
  const rest = html.replaceAll(ownTag, '')
  if (HIDDEN.test(text) || HIDDEN.test(rest)) expect.fail(text)
  if (/[<>"']/.test(rest) || /&(?!(amp|lt|gt|quot|#39|nbsp|middot);)/.test(rest)) expect.fail(rest)
}

/** A PagerDuty event has lines that are lines, and links that are links. */
export function expectHarmlessEvent({ payload, links = [] }: PagerDutyEvent): void {
  const { summary, source, component = '', group = '', class: kind = '' } = payload
  for (const line of [summary, source, component, group, kind]) {
    if (HIDDEN.test(line) || line.includes('\n') || line.length > 1_024) expect.fail(line)
  }
  for (const { href } of links) {
    const url = URL.parse(href)
    if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') expect.fail(href)
  }
}
