/** A clock that stands still until a test moves it: four hours pass in milliseconds, and nothing ever sleeps. */
import type { CancelTimer, Clock } from '../../src/clock.ts'

/** A timer that re-arms itself without delay would keep `advance` at one instant for ever. */
const maxTimersPerInstant = 10_000

interface Timer {
  readonly at: number
  /** Order of setting: timers of one instant run in it. */
  readonly n: number
  readonly callback: () => void
}

export class FakeClock implements Clock {
  #now: number
  #set = 0
  readonly #timers = new Set<Timer>()

  /** Starts at a fixed instant (epoch ms), so that a failing story prints the same times each time. */
  constructor(start: number = Date.parse('2026-11-20T12:00:00.000Z')) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  setTimer(delayMs: number, callback: () => void): CancelTimer {
    if (!Number.isFinite(delayMs)) throw new Error(`a timer needs a finite delay in ms, not ${delayMs}`)
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), n: this.#set++, callback }
    this.#timers.add(timer)
    return () => {
      this.#timers.delete(timer)
    }
  }

  /**
   * Moves from timer to timer until `ms` have passed. Before the first step and after each, `settle` is awaited:
   * whatever real I/O the step started (a message over loopback, a commit) ends at that simulated instant.
   */
  async advance(ms: number, settle: () => Promise<void>): Promise<void> {
    if (!(ms >= 0)) throw new Error(`time moves forward only, not by ${ms} ms`)
    const end = this.#now + ms
    await settle()
    let inThisInstant = 0
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      inThisInstant = next.at > this.#now ? 1 : inThisInstant + 1
      if (inThisInstant > maxTimersPerInstant) {
        throw new Error(
          `more than ${maxTimersPerInstant} timers ran at ${this.#iso()}: one re-arms itself without delay`,
        )
      }
      this.#now = Math.max(this.#now, next.at)
      this.#timers.delete(next)
      next.callback()
      await settle()
    }
    this.#now = end
    await settle()
  }

  /** Delays until the timers that wait, in ms, soonest first; for assertions and for failure texts. */
  pending(): number[] {
    return [...this.#timers].map((timer) => timer.at - this.#now).sort((a, b) => a - b)
  }

  #next(end: number): Timer | null {
    let next: Timer | null = null
    for (const timer of this.#timers) {
      if (timer.at > end) continue
      if (next === null || timer.at < next.at || (timer.at === next.at && timer.n < next.n)) next = timer
    }
    return next
  }

  #iso(): string {
    return new Date(this.#now).toISOString()
  }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `'5m'`, `'1h30m'`, `'250ms'` in ms. */
export function durationMs(text: string): number {
  if (!/^(\d+(ms|[smhd]))+$/.test(text)) throw new Error(`"${text}" is not a duration such as 5m or 1h30m`)
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhd])/g))
    total += Number(count) * (unitMs[unit ?? ''] ?? Number.NaN)
  return total
}
