/** Lets everybody who wants to write in one turn of the event loop share one durable commit. */
import { ApiError } from '../errors.ts'
import { isInsideTransaction, type SharedTransaction, type Work } from './shared-transaction.ts'
import type { SqliteTx } from './sqlite-tx.ts'
import { isFatal, troubleCode, unavailable } from './trouble.ts'

/** A shared commit takes no more works once it has this much weight: 2,000 alerts hold the event loop about 20 ms. */
const WEIGHT_PER_COMMIT = 2_000

/** Where the queue says what its callers cannot see; pino fits. */
export interface QueueLog {
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

interface Job {
  readonly work: Work
  readonly weight: number
  readonly since: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export class CommitQueue {
  readonly #transaction: SharedTransaction
  readonly #now: () => number
  readonly #log: QueueLog | undefined
  readonly #reloads: Work[] = []
  readonly #waiting: Job[] = []
  #weight = 0
  #scheduled = false
  #closed = false
  #broken: string | null = null
  #whenIdle: (() => void) | null = null

  constructor(transaction: SharedTransaction, now: () => number, log?: QueueLog) {
    this.#transaction = transaction
    this.#now = now
    this.#log = log
  }

  /** Why nothing can be written until the program starts again; null while all is well. */
  get broken(): string | null {
    return this.#broken
  }

  /** Resolves after the durable commit that holds `work`. */
  add<T>(work: (tx: SqliteTx) => Promise<T>, weight: number): Promise<T> {
    if (isInsideTransaction()) {
      return Promise.reject(new Error('A transaction was asked for inside another one: use the tx that is there'))
    }
    if (this.#closed) return Promise.reject(new ApiError('unavailable', 'The database is closed: shutting down.'))
    return new Promise<T>((resolve, reject) => {
      const job = { work, weight: Math.max(1, weight), since: this.#now(), resolve: resolve as Job['resolve'], reject }
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
    return { weight: this.#weight, ageMs: oldest === undefined ? 0 : Math.max(0, this.#now() - oldest.since) }
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
      if (weight >= WEIGHT_PER_COMMIT) break
      weight += job.weight
      count++
    }
    this.#weight -= weight
    return this.#waiting.splice(0, count)
  }

  async #settle(jobs: readonly Job[]): Promise<void> {
    if (this.#broken !== null) return this.#refuse(jobs)
    const outcome = await this.#transaction.perform(
      'write',
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
      this.#log?.warn({ err: error, works: jobs.length }, 'nothing of a transaction could be kept')
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
    this.#log?.error({ err: error }, `the database takes no more writes: ${reason}`)
  }

  #refuse(jobs: readonly Job[]): void {
    const error = new ApiError(
      'unavailable',
      `The database takes no more writes, restart the program: ${this.#broken}.`,
    )
    for (const job of jobs) job.reject(error)
  }
}
