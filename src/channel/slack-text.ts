/** Untrusted values as Slack mrkdwn: nothing in them can mention, link, format or break out. */
import { hrefOf } from './href.ts'
import { fitText, plainText } from './plain-text.ts'
import { utcMinute } from './time-text.ts'

/** The only three characters Slack gives a meaning everywhere. https://docs.slack.dev/messaging/formatting-message-text#escaping */
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** A longer link, escapes included, is left out. Vendor limit 3,000 a section. */
const MAX_LINK = 1_500

/**
 * Words, at most `max` characters after escaping. mrkdwn has no escape for its own marks, so marks that could pair up
 * become lookalikes; an underscore inside a word (`http_requests_total`) never formats and stays.
 */
export function prose(value: string, max: number): string {
  const calm = plainText(value, value.length)
    .replaceAll('*', '∗')
    .replaceAll('~', '∼')
    .replaceAll('`', 'ʹ')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, 'ˍ')
  return escapedLine(calm, max)
}

/** A value to copy, set in code: there marks mean nothing; only a backtick could leave it. */
export function code(value: string, max: number): string {
  const text = escapedLine(plainText(value, value.length).replaceAll('`', 'ʹ'), max - 2)
  return text === '' ? '' : `\`${text}\``
}

/** `<url|label>` for a URL that may be linked to, else null. `label` is ours, never a stranger's. */
export function link(url: string, label: string): string | null {
  const href = hrefOf(url)?.replaceAll('&', '&amp;')
  return href === undefined || href.length > MAX_LINK ? null : `<${href}|${label}>`
}

/**
 * A moment in the reader's own time zone; clients that cannot show it see UTC.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function slackTime(at: number, format: 'date' | 'time'): string {
  const fallback = utcMinute(at)
  const seconds = Math.floor(at / 1000)
  // Slack accepts Unix seconds from the epoch on; stranger clocks are shown as text.
  if (!(seconds >= 0 && seconds <= 253_402_300_799)) return fallback
  return `<!date^${seconds}^${format === 'date' ? '{date_short_pretty} {time}' : '{time}'}|${fallback}>`
}

function escapedLine(text: string, max: number): string {
  const kept = fitText(text, max, (character) => (ESCAPES[character] ?? character).length)
  return kept.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '')
}
