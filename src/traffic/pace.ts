/** An open loop: work begins at a steady rate whether or not earlier work has ended, up to a bound. */
import type { Clock } from '../model-server/clock.ts'

/** Timers are not exact: what is due is counted from the time that passed, and begun at most this much late. */
const TICK_MS = 20

/** After a longer standstill (a stopped process, a sleeping laptop) what was missed is not caught up with. */
const LONGEST_GAP_MS = 1_000

export interface PaceOptions {
  readonly clock: Clock
  /** How many begin per second. */
  readonly rate: number
  /** With so many under way, what is due is left out instead of piling up. */
  readonly mostInFlight: number
  /** Must not reject. */
  readonly work: () => Promise<void>
  /** Called for each that was left out. */
  readonly leftOut: () => void
}

export interface Pace {
  readonly inFlight: number
  pause(): void
  resume(): void
  /** Begins nothing more; resolves when all that was begun has ended. */
  stop(): Promise<void>
}

/** Begins at once. */
export function startPace({ clock, rate, mostInFlight, work, leftOut }: PaceOptions): Pace {
  const underWay = new Set<Promise<void>>()
  let cancel: () => void = () => {}
  let last = clock.now()
  /** Whole and part of a request that are due. */
  let due = 0

  const begin = () => {
    const running = work().finally(() => underWay.delete(running))
    underWay.add(running)
  }
  const tick = () => {
    const now = clock.now()
    due += (Math.min(now - last, LONGEST_GAP_MS) / 1_000) * rate
    last = now
    for (; due >= 1; due--) {
      if (underWay.size < mostInFlight) begin()
      else leftOut()
    }
    cancel = clock.setTimer(TICK_MS, tick)
  }
  const resume = () => {
    cancel()
    last = clock.now()
    tick()
  }
  resume()
  return {
    get inFlight() {
      return underWay.size
    },
    pause: () => cancel(),
    resume,
    stop: async () => {
      cancel()
      await Promise.all(underWay)
    },
  }
}
