/** Lets everybody who wants to write in one turn of the event loop share one durable commit. */
import { ApiError } from '../errors.ts'
import { isInsideTransaction, type SharedTransaction, type Work } from './shared-transaction.ts'
import type { SqliteTx } from './sqlite-tx.ts'
import { isFatal, isOutOfSpace, troubleCode, unavailable } from './trouble.ts'

/** A shared commit takes no more works once it has this much weight: 2,000 alerts hold the event loop about 20 ms. */
const WEIGHT_PER_COMMIT = 2_000

/** A file that could not be opened again is tried after this, when somebody wants to write. */
const OPEN_AGAIN_MS = 5_000

/** Where the queue says what its callers cannot see; pino fits. */
export interface QueueLog {
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

export interface QueueParts {
  readonly transaction: SharedTransaction
  /** Opens the file anew after it failed fatally; throws while that cannot be done. */
  readonly reopen: () => SharedTransaction
  /** There was no room for what had to be written. */
  readonly whenFull: () => void
  /** Epoch ms. */
  readonly now: () => number
  readonly log?: QueueLog | undefined
}

interface Job {
  readonly work: Work
  readonly weight: number
  /** Alone, and without a look at what refers to the rows that it deletes. */
  readonly unchecked: boolean
  readonly since: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export class CommitQueue {
  readonly #parts: QueueParts
  readonly #reloads: Work[] = []
  readonly #waiting: Job[] = []
  #transaction: SharedTransaction
  #weight = 0
  #scheduled = false
  #closed = false
  #broken: string | null = null
  #openAgainAt = 0
  #whenIdle: (() => void) | null = null

  constructor(parts: QueueParts) {
    this.#parts = parts
    this.#transaction = parts.transaction
  }

  /** Why nothing can be written until the file could be opened again; null while all is well. */
  get broken(): string | null {
    return this.#broken
  }

  /** Resolves after the durable commit that holds `work`. */
  add<T>(work: (tx: SqliteTx) => Promise<T>, weight: number, unchecked = false): Promise<T> {
    if (isInsideTransaction()) {
      return Promise.reject(new Error('A transaction was asked for inside another one: use the tx that is there'))
    }
    if (this.#closed) return Promise.reject(new ApiError('unavailable', 'The database is closed: shutting down.'))
    return new Promise<T>((resolve, reject) => {
      const since = this.#parts.now()
      const job: Job = {
        work,
        weight: Math.max(1, weight),
        unchecked,
        since,
        resolve: resolve as Job['resolve'],
        reject,
      }
      this.#waiting.push(job)
      this.#weight += job.weight
      if (this.#scheduled) return
      this.#scheduled = true
      setImmediate(this.#turn)
    })
  }

  onRollback(reload: Work): void {
    this.#reloads.push(reload)
  }

  backlog(): { weight: number; ageMs: number } {
    const oldest = this.#waiting[0]
    return { weight: this.#weight, ageMs: oldest === undefined ? 0 : Math.max(0, this.#parts.now() - oldest.since) }
  }

  /** Takes no more works and resolves when those that wait are committed. */
  async close(): Promise<void> {
    this.#closed = true
    if (!this.#scheduled) return
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve
    })
  }

  readonly #turn = async (): Promise<void> => {
    const jobs = this.#take()
    try {
      await this.#settle(jobs)
    } catch (error) {
      this.#break('a transaction could not be rolled back', error)
      this.#refuse(jobs)
    }
    // The next commit waits for the next turn, so that requests and timers get theirs.
    if (this.#waiting.length > 0) setImmediate(this.#turn)
    else {
      this.#scheduled = false
      this.#whenIdle?.()
    }
  }

  #take(): Job[] {
    let count = 0
    let weight = 0
    for (const job of this.#waiting) {
      if (weight >= WEIGHT_PER_COMMIT || (job.unchecked && count > 0)) break
      weight += job.weight
      count++
      if (job.unchecked) break
    }
    this.#weight -= weight
    return this.#waiting.splice(0, count)
  }

  async #settle(jobs: readonly Job[]): Promise<void> {
    if (this.#broken !== null && !(await this.#mend())) return this.#refuse(jobs)
    const outcome = await this.#transaction.perform(
      jobs[0]?.unchecked ? 'write-unchecked' : 'write',
      jobs.map((job) => job.work),
    )
    if (outcome.kept) {
      for (const [index, job] of jobs.entries()) job.resolve(outcome.values[index])
      return
    }
    const { error, began } = outcome
    const code = troubleCode(error)
    if (code !== null && isFatal(code)) this.#break(`the database failed with ${code}`, error)
    else if (began) await this.#reload()

    if (code !== null) {
      if (isOutOfSpace(code)) this.#parts.whenFull()
      this.#parts.log?.warn({ err: error, works: jobs.length }, 'nothing of a transaction could be kept')
      for (const job of jobs) job.reject(unavailable(code, error))
    } else if (jobs.length === 1) {
      for (const job of jobs) job.reject(error)
    } else {
      // One of them failed: each gets a transaction of its own, so that it fails alone.
      for (const job of jobs) await this.#settle([job])
    }
  }

  /** What was cached may hold what was rolled back. */
  async #reload(): Promise<void> {
    if (this.#reloads.length === 0) return
    const outcome = await this.#transaction.perform('read', this.#reloads)
    if (!outcome.kept) this.#break('what is cached could not be read again after a rollback', outcome.error)
  }

  #break(reason: string, error: unknown): void {
    this.#broken ??= reason
    this.#parts.log?.error({ err: error }, `the database takes no more writes until it is opened again: ${reason}`)
  }

  /**
   * What was written before a failed fsync may be lost though later ones succeed, and what is in memory may be wrong: only
   * a file that was opened anew, and caches that were read anew, can be trusted again. False while that cannot be done.
   */
  async #mend(): Promise<boolean> {
    const { now, log } = this.#parts
    if (now() < this.#openAgainAt) return false
    this.#openAgainAt = now() + OPEN_AGAIN_MS
    try {
      this.#transaction = this.#parts.reopen()
      const outcome = await this.#transaction.perform('read', this.#reloads)
      if (!outcome.kept) throw outcome.error
    } catch (error) {
      log?.error({ err: error }, 'the database cannot be opened again yet')
      return false
    }
    log?.warn({ reason: this.#broken }, 'the database was opened again and found in order')
    this.#broken = null
    this.#openAgainAt = 0
    return true
  }

  #refuse(jobs: readonly Job[]): void {
    const error = new ApiError(
      'unavailable',
      `The database takes no more writes until it can be opened again: ${this.#broken}. ` +
        'If that lasts, look at its disk, and restore a backup.',
    )
    for (const job of jobs) job.reject(error)
  }
}
