/** The words of a message to people: what state a group is in, how bad, what it is about, and whether it comes late. */
import type { Labels } from '../alert/labels.ts'
import { type Severity, severityOf, severityRank } from '../alert/severity.ts'
import type { Message, MessageAlert } from './channel.ts'
import { countText, durationText } from './time-text.ts'

/** A stranger's words as one channel shows them: harmless there, at most `max` characters as they are sent. */
export type Prose = (value: string, max: number) => string

/** How a message looks: by its severity while something fires, calm once all is over. */
export type Tone = Severity | 'resolved' | 'missed'

/** A send this much after its decision says so. */
const LATE_AFTER_MS = 60_000

/** Names a title shows before it says "and 2 more". */
const TITLE_NAMES = 2

const MARKERS: Readonly<Record<Tone, string>> = {
  critical: '🔴',
  warning: '🟠',
  info: '🔵',
  resolved: '✅',
  missed: '⚪',
}

/** One coloured dot per alert: red, orange or blue while it fires, a tick once it has resolved, white if it came and went. */
export function markerOf(alert: MessageAlert): string {
  return MARKERS[toneOf(alert)]
}

export function toneOf(alert: MessageAlert): Tone {
  if (alert.change === 'missed') return 'missed'
  return alert.status === 'resolved' ? 'resolved' : severityOf(alert.labels.severity)
}

/** The group's tone: that of its worst firing alert; calm when all is well. */
export function groupTone(message: Message): Tone {
  if (message.status === 'resolved') return message.reason === 'missed' ? 'missed' : 'resolved'
  const worst = worstAlert(message)
  return worst === undefined ? 'critical' : severityOf(worst.labels.severity)
}

/** `🔴 2 new, 5 firing: HighErrorRatio · critical · payments`: state, subject, severity, team; at most `max` characters. */
export function headline(message: Message, max: number, prose: Prose): string {
  return titled(`${stateOf(message)}: `, message, max, prose)
}

/**
 * `[🔴 Firing] HighErrorRatio · critical · payments`, for mail: Gmail makes one conversation of subjects that are equal
 * but for what stands in square brackets.
 */
export function subjectLine(message: Message, max: number, prose: Prose): string {
  return titled(`[${stateOf(message)}] `, message, max, prose)
}

function titled(state: string, message: Message, max: number, prose: Prose): string {
  const tail = [severityWord(message, prose), prose(message.team, 24)]
    .filter((part) => part !== '')
    .map((part) => ` · ${part}`)
  const end = tail.join('')
  return state + titleWords(message, max - state.length - end.length, prose) + end
}

function stateOf(message: Message): string {
  return `${MARKERS[groupTone(message)]} ${stateWords(message)}`
}

/** What the reader must know of the delivery itself, a line each: that it is late and why, that it may be a repeat. */
export function deliveryWords(message: Message, prose: Prose): string[] {
  const instead =
    message.insteadOf === null
      ? []
      : [`↪️ Sent here because receiver ${prose(message.insteadOf, 100)} could not be reached`]
  return [...instead, ...lateness(message, prose)]
}

function lateness(message: Message, prose: Prose): string[] {
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

/** What happened, with numbers: `Firing`, `2 new, 5 firing`, `1 resolved, 2 still firing`, `All 3 resolved`. */
export function stateWords(message: Message): string {
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
export function severityWord(message: Message, prose: Prose): string {
  return prose(worstAlert(message)?.labels.severity ?? '', 16)
}

/** What the group is about: its alert names, else its group labels. */
export function titleWords(message: Message, max: number, prose: Prose): string {
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

function rankOf({ severity }: Labels): number {
  return severityRank(severityOf(severity))
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
