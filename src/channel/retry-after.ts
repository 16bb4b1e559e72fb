/** How long a peer asks to be left alone. */
import { LONGEST_RETRY_AFTER_MS } from '../notification/retry.ts'

/** An HTTP date as RFC 9110 wants it written. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Reads Retry-After, in seconds or as an HTTP date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after), as ms
 * from `now`, at most 15 min. Null when absent or not understood; 0 when the date is past.
 */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_RETRY_AFTER_MS)
  if (!HTTP_DATE.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.min(Math.max(at - now, 0), LONGEST_RETRY_AFTER_MS)
}
