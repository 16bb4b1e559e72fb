/** When a destination is tried again after a failure. Pure: randomness comes in. */

/**
 * Bounds of the backoff; a front-loaded ladder suits paging, where the first minute matters most. The longest pause and an
 * attempt that hangs until its deadline (10 s) make a minute: so long a receiver is back at most before it is told.
 */
export const FIRST_RETRY_MS = 1_000
export const LONGEST_RETRY_MS = 50_000

/** The longest Retry-After that is honoured as asked: a wrong header must not silence a destination for a day. */
export const LONGEST_RETRY_AFTER_MS = 15 * 60_000

/**
 * Full jitter between 1 s and a ceiling that doubles with each failure in a row up to 50 s; a Retry-After (ms) is
 * waited out in full, up to 15 min. `failures` counts this one (>= 1); `random` is in [0, 1).
 */
export function retryDelayMs(failures: number, retryAfterMs: number | null, random: number): number {
  if (retryAfterMs !== null) return Math.min(Math.max(retryAfterMs, FIRST_RETRY_MS), LONGEST_RETRY_AFTER_MS)
  const ceiling = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures, 20), LONGEST_RETRY_MS)
  return Math.round(FIRST_RETRY_MS + random * (ceiling - FIRST_RETRY_MS))
}

/** The end of a pause, epoch ms, as long as it can be one: after the clock was set back, what is left may be hours. */
export function pauseEnd(until: number, now: number): number {
  return until - now > LONGEST_RETRY_AFTER_MS ? now : until
}
