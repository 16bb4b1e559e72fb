/** Counts of one server's answers: in all, and over the last seconds. Pure. */

/** What became of one prediction request. `refused`: 4xx; `failed`: 5xx; `unanswered`: no answer, or none in time. */
export const outcomes = ['answered', 'refused', 'failed', 'unanswered'] as const
export type Outcome = (typeof outcomes)[number]

/** `sent` holds the outcomes and what is under way; `leftOut` was due while too many were. */
export type Counts = Readonly<Record<Outcome | 'sent' | 'leftOut' | 'labelled', number>>

/** The last seconds. `rate`: per second that was sent. Latencies in ms, null before the first answer. */
export interface Recent {
  readonly rate: number
  readonly errors: number
  readonly p50: number | null
  readonly p95: number | null
}

interface Ended {
  readonly at: number
  readonly ms: number
  readonly outcome: Outcome
}

const WINDOW_MS = 5_000

/** Times are ms of one clock. */
export class Tally {
  readonly #counts = { sent: 0, leftOut: 0, labelled: 0, answered: 0, refused: 0, failed: 0, unanswered: 0 }
  readonly #began: number
  #sent: number[] = []
  #ended: Ended[] = []

  constructor(now: number) {
    this.#began = now
  }

  sent(at: number): void {
    this.#counts.sent++
    this.#sent.push(at)
    // Also when nobody looks; rarely, because it goes through all that is kept.
    if ((this.#sent[0] ?? at) < at - 2 * WINDOW_MS) this.#forget(at - WINDOW_MS)
  }

  ended(at: number, ms: number, outcome: Outcome): void {
    this.#counts[outcome]++
    this.#ended.push({ at, ms, outcome })
  }

  leftOut(): void {
    this.#counts.leftOut++
  }

  labelled(): void {
    this.#counts.labelled++
  }

  counts(): Counts {
    return { ...this.#counts }
  }

  recent(now: number): Recent {
    this.#forget(now - WINDOW_MS)
    const seconds = Math.max(1, Math.min(WINDOW_MS, now - this.#began) / 1_000)
    const sorted = this.#ended.map(({ ms }) => ms).sort((a, b) => a - b)
    const quantile = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
    return {
      rate: this.#sent.length / seconds,
      errors: this.#ended.filter(({ outcome }) => outcome !== 'answered').length,
      p50: quantile(0.5),
      p95: quantile(0.95),
    }
  }

  #forget(before: number): void {
    this.#sent = this.#sent.filter((at) => at > before)
    this.#ended = this.#ended.filter(({ at }) => at > before)
  }
}
