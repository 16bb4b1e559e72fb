/** When what is older than RETENTION goes: a sweep in small steps, so that alerts get the writer in between, and then a rest. */
import type { Database } from '../db/database.ts'
import { Sweep } from './sweep.ts'

/** Between two steps, so that retention takes at most a quarter of the writer's time. */
const PAUSE_MS = 25

/** After a start, when there is other work. */
const FIRST_AFTER_MS = 60_000
const AFTER_ERROR_MS = 10_000

/** A rest of at most this part of the retention: with `1h`, rows go at most 2.5 min late. */
const RESTS_PER_RETENTION = 24
const LONGEST_REST_MS = 3_600_000

export interface RetentionParts {
  readonly db: Database
  readonly retentionMs: number
  /** Told of rows that are gone, by table. */
  readonly deleted: (table: string, rows: number) => void
  /** Gives a little space back to the disk; returns how much more there is to give. */
  readonly shrink: () => Promise<number>
}

export class Retention {
  readonly #parts: RetentionParts
  #sweep: AsyncGenerator<void> | null = null
  #nextAt: number

  constructor(parts: RetentionParts) {
    this.#parts = parts
    this.#nextAt = parts.db.now() + FIRST_AFTER_MS
  }

  /** Does one step if its time has come; returns when to come again, epoch ms. */
  async run(): Promise<number> {
    const { db, retentionMs } = this.#parts
    if (this.#sweep === null && db.now() < this.#nextAt) return this.#nextAt
    this.#sweep ??= this.#whole(db.now() - retentionMs)
    try {
      const { done } = await this.#sweep.next()
      if (!done) return db.now() + PAUSE_MS
    } catch (error) {
      this.#sweep = null
      this.#nextAt = db.now() + AFTER_ERROR_MS
      throw error
    }
    this.#sweep = null
    this.#nextAt = db.now() + Math.min(LONGEST_REST_MS, retentionMs / RESTS_PER_RETENTION)
    return this.#nextAt
  }

  async *#whole(before: number): AsyncGenerator<void> {
    const { db, deleted, shrink } = this.#parts
    yield* new Sweep(db, before, deleted).run()
    while ((await shrink()) > 0) yield
  }
}
