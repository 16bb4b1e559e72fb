/** When a destination is tried again after a failure. Pure: randomness comes in. */

/** Bounds of the backoff; a front-loaded ladder suits paging, where the first minute matters most. */
export const FIRST_RETRY_MS = 1_000
export const LONGEST_RETRY_MS = 5 * 60_000

/** The longest Retry-After that is honoured as asked: a wrong header must not silence a destination for a day. */
export const LONGEST_RETRY_AFTER_MS = 15 * 60_000

/**
 * Full jitter between 1 s and a ceiling that doubles with each failure in a row up to 5 min; a Retry-After (ms) is
 * waited out in full, up to 15 min. `failures` counts this one (>= 1); `random` is in [0, 1).
 */
export function retryDelayMs(failures: number, retryAfterMs: number | null, random: number): number {
  if (retryAfterMs !== null) return Math.min(Math.max(retryAfterMs, FIRST_RETRY_MS), LONGEST_RETRY_AFTER_MS)
  const ceiling = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures, 20), LONGEST_RETRY_MS)
  return Math.round(FIRST_RETRY_MS + random * (ceiling - FIRST_RETRY_MS))
}
