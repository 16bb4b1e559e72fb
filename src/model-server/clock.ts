/** The one source of time here: read where requests come in, passed down as numbers. */

/** `now` is epoch ms, with fractions. A timer runs `callback` once, no sooner than `delayMs` from now; its answer cancels it. */
export interface Clock {
  now(): number
  setTimer(delayMs: number, callback: () => void): () => void
}

/** Never runs backwards, and sees microseconds: predictions take less than a millisecond. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  setTimer: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

export function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((done) => {
    clock.setTimer(ms, done)
  })
}
