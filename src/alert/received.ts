/** One alert of a webhook as the router takes it: the quick check that nearly all pass, and what becomes of its fields. */
import { fingerprint } from './fingerprint.ts'
import { type Labels, readLabels } from './labels.ts'
import { annotationsFault, isObject, labelsFault, limits } from './limits.ts'
import { cutText, storable } from './text.ts'
import { readTime } from './timestamp.ts'

/** An alert as received and normalised. Times are the sender's, epoch ms. */
export interface ReceivedAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  /** `labelsText(labels)`. */
  readonly labelsText: string
  /** Values that went beyond the limit end in an ellipsis. */
  readonly annotations: Labels
  readonly annotationsText: string
  readonly startsAt: number
  /** Never null when resolved, never before `startsAt`; always null when firing. */
  readonly endsAt: number | null
  /** '' when the sender gave none. */
  readonly generatorUrl: string
  /** The sender's, else FNV-1a of the labels. Whether the two differ is told by `identify`, which costs a microsecond. */
  readonly fingerprint: string
}

/**
 * Reads one alert, or null if something is wrong with it: then `alertSchema` refuses it too and says why (a property
 * test holds the two together). `now` stands in for the times of a sender that gives none.
 */
export function readAlert(raw: unknown, now: number): ReceivedAlert | null {
  if (!isObject(raw)) return null
  const { status, generatorURL } = raw
  if (status !== 'firing' && status !== 'resolved') return null
  if (labelsFault(raw.labels) !== null || annotationsFault(raw.annotations) !== null) return null
  if (generatorURL !== undefined && generatorURL !== null && typeof generatorURL !== 'string') return null
  const life = readLife(status, raw.startsAt, raw.endsAt, now)
  if (life === null) return null

  const labels = readLabels(raw.labels as object)
  const annotations = readAnnotations((raw.annotations ?? {}) as object)
  return {
    status,
    labels: labels.labels,
    labelsText: labels.text,
    annotations: annotations.labels,
    annotationsText: annotations.text,
    startsAt: life.startsAt,
    endsAt: life.endsAt,
    generatorUrl: generatorURL ? cutText(storable(generatorURL), limits.textLength) : '',
    fingerprint: readFingerprint(raw.fingerprint) ?? fingerprint(labels.labels),
  }
}

/**
 * When the alert started and ended, or null if the times make no sense.
 * - Firing: `endsAt` says nothing (AM-P5: the zero time; Prometheus itself sends an expiry) and is left out.
 * - No start: it is the end if there is one, else now (AM-A1).
 * - Resolved without an end, which Alertmanager never sends: it ended where it started. The source did say that it is
 *   over, a refused resolve would leave somebody paged, and the end stays the source's own time.
 */
export function readLife(
  status: 'firing' | 'resolved',
  rawStart: unknown,
  rawEnd: unknown,
  now: number,
): { startsAt: number; endsAt: number | null } | null {
  const start = readTime(rawStart)
  const end = readTime(rawEnd)
  if (start === undefined || end === undefined) return null
  const startsAt = start ?? end ?? now
  if (status === 'firing') return { startsAt, endsAt: null }
  const endsAt = end ?? startsAt
  return endsAt < startsAt ? null : { startsAt, endsAt }
}

const fingerprintShape = /^[0-9A-Za-z_-]{1,64}$/

function readFingerprint(raw: unknown): string | null {
  return typeof raw === 'string' && fingerprintShape.test(raw) ? raw : null
}

function readAnnotations(raw: object): { labels: Labels; text: string } {
  const read = readLabels(raw)
  // The JSON text is never shorter than the annotations in it.
  return read.text.length <= limits.annotationsLength ? read : readLabels(cutAnnotations(read.labels))
}

/** Cuts names, number and then values, each value to an equal share of what the names leave. */
function cutAnnotations(annotations: Labels): Labels {
  const kept = Object.entries(annotations).slice(0, limits.annotations)
  const named = kept.map(([name, value]) => [cutText(name, limits.nameLength), value] as const)
  const left = named.reduce((sum, [name]) => sum - name.length, limits.annotationsLength)
  if (named.reduce((sum, [, value]) => sum + value.length, 0) <= left) return Object.fromEntries(named)
  const share = Math.floor(left / named.length)
  return Object.fromEntries(named.map(([name, value]) => [name, cutText(value, share)]))
}
