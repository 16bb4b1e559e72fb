/** The words of a Slack message: what state a group is in, how bad, what it is about, and whether it comes late. */
import type { Labels } from '../alert/labels.ts'
import type { Message, MessageAlert } from './channel.ts'
import { prose } from './slack-text.ts'
import { countText, durationText } from './time-text.ts'

/** A send this much after its decision says so. */
const LATE_AFTER_MS = 60_000

/** Names a title shows before it says "and 2 more". */
const TITLE_NAMES = 2

/** From worst to mildest; any other word counts as the worst, for nobody may be calmed by a word we do not know. */
const SEVERITIES: readonly { readonly words: readonly string[]; readonly marker: string }[] = [
  { words: ['critical', 'page', 'emergency', 'fatal', 'disaster', 'high', 'error'], marker: '🔴' },
  { words: ['warning', 'warn', 'major', 'medium', 'minor', 'average'], marker: '🟠' },
  { words: ['info', 'information', 'informational', 'notice', 'low', 'debug', 'none', 'demo'], marker: '🔵' },
]

/** One coloured dot per alert: red, orange or blue while it fires, a tick once it has resolved, white if it came and went. */
export function markerOf(alert: MessageAlert): string {
  if (alert.change === 'missed') return '⚪'
  if (alert.status === 'resolved') return '✅'
  return SEVERITIES[rankOf(alert.labels)]?.marker ?? '🔴'
}

/** `🔴 2 new, 5 firing: HighErrorRatio · critical · payments`: state, subject, severity, team; at most `max` characters, escaped. */
export function headline(message: Message, max: number): string {
  const state = `${groupMarker(message)} ${stateWords(message)}: `
  const tail = [severityWord(message), prose(message.team, 24)]
    .filter((part) => part !== '')
    .map((part) => ` · ${part}`)
  const end = tail.join('')
  return state + titleOf(message, max - state.length - end.length) + end
}

/** What the reader must know of the delivery itself: that it is late and why, that it may be a repeat. Escaped lines. */
export function deliveryWords(message: Message): string[] {
  const delayMs = message.sentAt - message.decidedAt
  const late = delayMs >= LATE_AFTER_MS ? `🕓 Sent ${durationText(delayMs)} late` : null
  const why = prose(message.lateBecause ?? '', 200)
  const failed = why === '' ? '' : `, an earlier attempt failed: ${why}`
  if (message.possibleRepeat) {
    const repeat = `🔁 Possible repeat, an earlier attempt may have arrived${why === '' ? '' : `: ${why}`}`
    return late === null ? [repeat] : [late, repeat]
  }
  if (late !== null) return [late + failed]
  return failed === '' ? [] : [`🕓 Sent again${failed}`]
}

/** The group's marker: that of its worst firing alert; a tick when all is well. */
function groupMarker(message: Message): string {
  if (message.status === 'resolved') return message.reason === 'missed' ? '⚪' : '✅'
  const worst = worstAlert(message)
  return worst === undefined ? '🔴' : markerOf({ ...worst, status: 'firing', change: null })
}

/** What happened, with numbers: `Firing`, `2 new, 5 firing`, `1 resolved, 2 still firing`, `All 3 resolved`. */
function stateWords(message: Message): string {
  const { firing, newlyFiring, newlyResolved, missed } = message.counts
  if (firing === 0) return endWords(message)
  const parts: string[] = []
  if (newlyFiring > 0 && newlyFiring < firing) parts.push(`${countText(newlyFiring)} new`)
  if (newlyResolved > 0) parts.push(`${countText(newlyResolved)} resolved`)
  if (missed > 0) parts.push(`${countText(missed)} came and went`)
  const verb = message.reason === 'repeat' || message.reason === 'some-resolved' ? 'still firing' : 'firing'
  parts.push(firing === 1 && parts.length === 0 ? verb : `${countText(firing)} ${verb}`)
  return capitalised(parts.join(', '))
}

/** `critical`, as the worst of the alerts (the firing ones, if any fires) calls itself; '' when none says. */
function severityWord(message: Message): string {
  return prose(worstAlert(message)?.labels.severity ?? '', 16)
}

/** What the group is about: its alert names, else its group labels. */
function titleOf(message: Message, max: number): string {
  const names = [...new Set(speakers(message).map((alert) => alert.labels.alertname ?? ''))].filter(
    (name) => name !== '',
  )
  if (names.length === 0) {
    const labels = Object.entries(message.groupLabels).map(([name, value]) => `${name}=${value}`)
    return prose(labels.join(' ') || 'alerts', max)
  }
  const more = names.length > TITLE_NAMES ? ` and ${names.length - TITLE_NAMES} more` : ''
  return prose(names.slice(0, TITLE_NAMES).join(', '), max - more.length) + more
}

function endWords(message: Message): string {
  const { newlyResolved, missed } = message.counts
  const parts: string[] = []
  if (newlyResolved > 0) parts.push(newlyResolved === 1 ? 'resolved' : `all ${countText(newlyResolved)} resolved`)
  if (missed > 0) {
    const verb = newlyResolved > 0 ? 'came and went' : 'fired and resolved'
    parts.push(missed === 1 && newlyResolved === 0 ? verb : `${countText(missed)} ${verb}`)
  }
  return capitalised(parts.join(', ') || 'resolved')
}

/** The alerts that speak for the group: those that fire, or all when none does. */
function speakers(message: Message): readonly MessageAlert[] {
  const firing = message.alerts.filter((alert) => alert.status === 'firing')
  return firing.length > 0 ? firing : message.alerts
}

function worstAlert(message: Message): MessageAlert | undefined {
  return speakers(message).reduce<MessageAlert | undefined>(
    (worst, alert) => (worst === undefined || rankOf(alert.labels) < rankOf(worst.labels) ? alert : worst),
    undefined,
  )
}

function rankOf(labels: Labels): number {
  const severity = (labels.severity ?? '').toLowerCase()
  const rank = SEVERITIES.findIndex((entry) => entry.words.includes(severity))
  return Math.max(rank, 0)
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
