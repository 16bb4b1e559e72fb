/** The sender's times: RFC 3339 as Go writes it, to epoch milliseconds. */

/** What Go sends for "no time" (AM-P5). */
const zeroTime = '0001-01-01T00:00:00Z'
const zeroMs = Date.parse(zeroTime)

const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** True for what `readTime` understands: an RFC 3339 time, or none. */
export function isTime(value: unknown): boolean {
  return readTime(value) !== undefined
}

/**
 * Epoch ms, finer digits cut off; null where there is no time (absent, null, Go's zero time); undefined when it is no
 * time at all. Date.parse alone would also take "Nov 20" and read it in the local zone.
 */
export function readTime(value: unknown): number | null | undefined {
  if (value === undefined || value === null || value === zeroTime) return null
  if (typeof value !== 'string' || !shape.test(value)) return undefined
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) return undefined
  return ms === zeroMs ? null : ms
}
