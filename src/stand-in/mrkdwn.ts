/** Slack's mrkdwn as the reader sees it: https://docs.slack.dev/messaging/formatting-message-text */

const emoji: Readonly<Record<string, string>> = {
  bell: '🔔',
  fire: '🔥',
  hourglass: '⌛',
  information_source: 'ℹ️',
  large_blue_circle: '🔵',
  large_green_circle: '🟢',
  large_orange_circle: '🟠',
  large_yellow_circle: '🟡',
  red_circle: '🔴',
  repeat: '🔁',
  rotating_light: '🚨',
  warning: '⚠️',
  white_check_mark: '✅',
}

/** `shown`: for tests and logs, the address after a link's words and dates in UTC. `hidden`: as on Slack's screen. */
export type LinkStyle = 'shown' | 'hidden'

/**
 * Flattens mrkdwn. A real mention reads `@channel`, an escaped one stays as it was written, `<!channel>`: so a test can
 * tell a message that would ring everybody from one that only quotes a label.
 */
export function mrkdwnText(source: string, links: LinkStyle = 'shown'): string {
  const references: string[] = []
  // References are set aside under a private-use character: marks inside a link are no marks, marks around it are.
  const bare = source.replaceAll('\uE000', '').replace(/<([^<>\n]+)>/g, (_, inner: string) => {
    references.push(reference(inner, links))
    return '\uE000'
  })
  let used = 0
  return unescaped(withEmoji(unmarked(bare))).replaceAll('\uE000', () => references[used++] ?? '')
}

/** `plain_text` objects: emoji names are replaced, references are not resolved. */
export function plainText(source: string): string {
  return unescaped(withEmoji(source))
}

/** `<https://…|label>`, `<!channel>`, `<@U1>`, `<#C1|name>`, `<!date^…|fallback>`, `<!subteam^S1>`. */
function reference(inner: string, links: LinkStyle): string {
  const bar = inner.indexOf('|')
  const target = unescaped(bar < 0 ? inner : inner.slice(0, bar))
  const label = bar < 0 ? '' : unescaped(inner.slice(bar + 1))
  if (target.startsWith('!date^')) return (links === 'hidden' ? localDate(target) : null) ?? (label || target)
  if (target.startsWith('!subteam^')) return `@${label || target.slice('!subteam^'.length)}`
  if (target.startsWith('!')) return `@${target.slice(1)}`
  if (target.startsWith('@')) return `@${label || target.slice(1)}`
  if (target.startsWith('#')) return `#${label || target.slice(1)}`
  if (label === '' || label === target) return target
  return links === 'hidden' ? label : `${label} (${target})`
}

/** Slack shows moments in the reader's own time zone; null for formats that are not known here. */
function localDate(target: string): string | null {
  const [, seconds, format = ''] = target.split('^')
  const at = new Date(Number(seconds) * 1_000)
  const isToday = at.toDateString() === new Date().toDateString()
  const day = isToday ? 'today' : at.toLocaleDateString('en', { month: 'short', day: 'numeric', year: 'numeric' })
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  const shown = format.replaceAll('{date_short_pretty}', day).replaceAll('{time}', time)
  return shown === '' || shown.includes('{') ? null : shown
}

/** Takes the marks of bold, italic, struck and code away, but only where Slack would: around words, not inside them. */
function unmarked(source: string): string {
  return source
    .replace(/```\n?([\s\S]*?)\n?```/g, '$1')
    .replace(/(?<![\w*_~`])([*_~`])(?![\s*_~`])([^\n]*?[^\s*_~`])\1(?![\w*_~`])/g, '$2')
}

function withEmoji(source: string): string {
  return source.replace(/:([a-z0-9_+-]+):/g, (whole, name: string) =>
    Object.hasOwn(emoji, name) ? (emoji[name] ?? whole) : whole,
  )
}

function unescaped(source: string): string {
  return source.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
