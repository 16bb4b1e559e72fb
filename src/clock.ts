/** The one source of time for everything that is not a database: read at the edges, passed down as `now`. */

/** Cancels a timer; calling it after the timer fired does nothing. */
export type CancelTimer = () => void

/**
 * Wall-clock time and timers, so that a story of four hours runs in milliseconds under a test's clock.
 * `now` is epoch milliseconds. A timer runs `callback` once, no sooner than `delayMs` from now.
 */
export interface Clock {
  now(): number
  setTimer(delayMs: number, callback: () => void): CancelTimer
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
