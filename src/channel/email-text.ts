/** A mail as plain text: what a terminal, a watch or a screen reader shows. */
import type { EmailAlert, EmailContent, EmailPart, Link, Pair } from './email-content.ts'
import { countText } from './time-text.ts'

/** Lines end with LF; blocks are parted by an empty line. Nothing in it is marked up, so nothing needs escaping. */
export function emailText(content: EmailContent): string {
  const { subject, summary, description, times, notes, labels, parts, links, footer } = content
  const blocks = [
    [subject],
    [summary, description],
    [times, pairsText(labels)],
    notes,
    ...parts.map(partText),
    links.map(linkText),
    ['-- ', footer],
  ]
  return `${blocks
    .map((lines) => lines.filter((line) => line !== ''))
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function partText({ heading, alerts, hidden }: EmailPart): string[] {
  return [
    heading === '' ? '' : `${heading}:`,
    ...alerts.flatMap(alertText),
    hidden > 0 ? `… ${countText(hidden)} more` : '',
  ]
}

function alertText({ marker, title, labels, times, links }: EmailAlert): string[] {
  const pairs = pairsText(labels)
  const lead = title === '' ? pairs : title
  const facts = [title === '' ? '' : pairs, times].filter((fact) => fact !== '').join(' · ')
  return [`${marker} ${lead}`, `   ${facts}`, ...links.map((link) => `   ${linkText(link)}`)]
}

function pairsText(pairs: readonly Pair[]): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join(' ')
}

function linkText({ label, href }: Link): string {
  return `${label}: ${href}`
}
