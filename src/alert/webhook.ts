/** The body of a webhook request, read into alerts; what cannot be understood is set aside, never a reason to refuse the rest. */
import { type Labels, toLabels } from './labels.ts'
import { groupLabelsFault, isObject, limits } from './limits.ts'
import { type ReceivedAlert, readAlert } from './received.ts'
import { cutText, storable } from './text.ts'
import { alertSchema, envelopeSchema, faultOf } from './webhook-schema.ts'

/** A part of a body that could not be understood, kept as evidence. */
export interface Quarantined {
  /** What was wrong, as a sentence fit for people. */
  readonly reason: string
  /** The part as JSON, at most 64 KiB of UTF-8; cut text ends in an ellipsis. */
  readonly body: string
}

export interface ParsedWebhook {
  /** Name of the sender's receiver, unescaped (AM-P7). */
  readonly receiver: string
  readonly status: 'firing' | 'resolved'
  /** The sender's group, opaque (AM-P8). */
  readonly groupKey: string
  readonly groupLabels: Labels
  readonly externalUrl: string
  /** AM-P3; null before Alertmanager 0.32. */
  readonly notificationReason: string | null
  /** How many alerts of the group the sender left out (`max_alerts`). */
  readonly truncatedAlerts: number
  readonly alerts: readonly ReceivedAlert[]
  /** At most 101 entries, see `MOST_QUARANTINED`. */
  readonly quarantined: readonly Quarantined[]
}

const QUARANTINE_BYTES = 64 * 1024
/** Alerts quarantined one by one; one more entry counts the rest. A 64 MiB body can hold 30 million bad ones. */
const MOST_QUARANTINED = 100

/**
 * Reads a parsed body. `now` (epoch ms) serves alerts without any time. The error is a sentence for the sender: the body
 * is no webhook at all and is to be quarantined whole.
 */
export function parseWebhook(body: unknown, now: number): ParsedWebhook | { readonly error: string } {
  if (!isObject(body) || !Array.isArray(body.alerts)) {
    const found = isObject(body) ? '"alerts" is not a list' : 'it is not a JSON object'
    return {
      error: `This is no Alertmanager webhook: ${found}. Let a webhook_configs receiver of Alertmanager post here.`,
    }
  }
  const alerts: ReceivedAlert[] = []
  const quarantined = quarantineEnvelope(body)
  let refused = 0
  for (const [index, raw] of body.alerts.entries()) {
    const alert = readAlert(raw, now)
    if (alert !== null) alerts.push(alert)
    else if (++refused <= MOST_QUARANTINED) quarantined.push(quarantineAlert(raw, index))
  }
  if (refused > MOST_QUARANTINED) {
    quarantined.push({
      reason: `${refused - MOST_QUARANTINED} more alerts of this request were not understood`,
      body: '',
    })
  }
  return { ...readEnvelope(body, alerts), alerts, quarantined }
}

/** A body that is no webhook, or no JSON, as evidence. */
export function quarantineBody(reason: string, body: string): Quarantined {
  return { reason: cutText(storable(reason), 1024), body: cutBytes(storable(body)) }
}

function quarantineAlert(raw: unknown, index: number): Quarantined {
  const fault = faultOf(alertSchema, raw) ?? 'it cannot be read'
  return quarantineBody(`alert ${index + 1} was not understood: ${fault}`, jsonOf(raw))
}

function quarantineEnvelope(body: Record<string, unknown>): Quarantined[] {
  if (isEnvelope(body)) return []
  const { alerts: _, ...envelope } = body
  const fault = faultOf(envelopeSchema, envelope) ?? 'it cannot be read'
  return [
    quarantineBody(`the alerts were taken, but not all that surrounds them was understood: ${fault}`, jsonOf(envelope)),
  ]
}

/** The quick check of what `envelopeSchema` checks. */
export function isEnvelope(body: Record<string, unknown>): boolean {
  const { truncatedAlerts, groupLabels } = body
  return (
    isTextOrNone(body.receiver) &&
    isTextOrNone(body.status) &&
    isTextOrNone(body.groupKey) &&
    isTextOrNone(body.externalURL) &&
    isTextOrNone(body.notification_reason) &&
    (groupLabels === undefined || groupLabels === null || groupLabelsFault(groupLabels) === null) &&
    (truncatedAlerts === undefined || truncatedAlerts === null || isCount(truncatedAlerts))
  )
}

function readEnvelope(body: Record<string, unknown>, alerts: readonly ReceivedAlert[]) {
  const { status, groupLabels, truncatedAlerts } = body
  const firing = alerts.some((alert) => alert.status === 'firing')
  return {
    receiver: unescapeReceiver(readText(body.receiver)),
    status:
      status === 'firing' || status === 'resolved' ? status : firing ? ('firing' as const) : ('resolved' as const),
    groupKey: readText(body.groupKey),
    groupLabels: toLabels(groupLabelsFault(groupLabels) === null ? (groupLabels as object) : {}),
    externalUrl: readText(body.externalURL),
    notificationReason: typeof body.notification_reason === 'string' ? readText(body.notification_reason) : null,
    truncatedAlerts: isCount(truncatedAlerts) ? truncatedAlerts : 0,
  }
}

/** AM-P7: the receiver's name arrives with regex characters escaped by a backslash. */
function unescapeReceiver(escaped: string): string {
  return escaped.replace(/\\([\\.+*?()|[\]{}^$])/g, '$1')
}

function readText(value: unknown): string {
  return typeof value === 'string' ? cutText(storable(value), limits.textLength) : ''
}

function isTextOrNone(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** V8 writes nested values in the square of their depth: 9 s for the 5 million brackets that a body may hold. */
const MOST_LEVELS = 100

function jsonOf(value: unknown): string {
  return isDeeper(value, MOST_LEVELS) ? '(nested too deeply to show)' : JSON.stringify(value)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1))
}

const ellipsis = '…'

function cutBytes(text: string): string {
  const bytes = new Uint8Array(QUARANTINE_BYTES - 3)
  if (text.length <= bytes.length / 3) return text
  const { read } = new TextEncoder().encodeInto(text, bytes)
  return read === text.length ? text : text.slice(0, read) + ellipsis
}
