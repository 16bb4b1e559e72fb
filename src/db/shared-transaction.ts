/** Runs works one after the other in one transaction, within one turn of the event loop, all kept or none. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type SqliteDriver from 'better-sqlite3'
import { SqliteTx } from './sqlite-tx.ts'
import { Statements } from './statements.ts'

export type Work = (tx: SqliteTx) => Promise<unknown>

export type Intent = 'read' | 'write' | 'write-unchecked'

/** `began` is false when not even the transaction could be opened, so that no work has run. */
export type Outcome = { kept: true; values: unknown[] } | { kept: false; error: unknown; began: boolean }

/** The transaction that the running code is inside of, if it still lasts. Costs 0.2 us per work. */
const inside = new AsyncLocalStorage<SqliteTx>()

export function isInsideTransaction(): boolean {
  return inside.getStore()?.isOpen === true
}

/** The driver's default is 5 s, and it waits synchronously: the whole event loop would stand. */
export const BUSY_TIMEOUT_MS = 250

/** Begins to time a durable commit that holds this many works; what it returns ends that. */
export type TimeCommit = (works: number) => () => void

export class SharedTransaction {
  readonly #connection: SqliteDriver.Database
  readonly #statements: Statements
  readonly #now: () => number
  readonly #begin: { read: SqliteDriver.Statement; write: SqliteDriver.Statement }
  readonly #commit: SqliteDriver.Statement
  readonly #rollback: SqliteDriver.Statement
  readonly #timeCommit: TimeCommit
  readonly #checkFile: () => void
  #waitsForLock = true

  /** `checkFile` throws when what is written now would be lost. */
  constructor(
    connection: SqliteDriver.Database,
    deps: { now: () => number; checkFile: () => void; timeCommit: TimeCommit },
  ) {
    this.#connection = connection
    this.#timeCommit = deps.timeCommit
    this.#statements = new Statements(connection)
    this.#now = deps.now
    this.#checkFile = deps.checkFile
    this.#begin = { read: connection.prepare('begin'), write: connection.prepare('begin immediate') }
    this.#commit = connection.prepare('commit')
    this.#rollback = connection.prepare('rollback')
  }

  /**
   * `read` takes no lock until something is written; `write-unchecked` does not look for rows that refer to deleted ones.
   * Throws only if the transaction could not even be rolled back.
   */
  async perform(intent: Intent, works: readonly Work[]): Promise<Outcome> {
    if (intent !== 'write-unchecked') return this.#perform(intent, works)
    // Has no effect inside a transaction (https://www.sqlite.org/pragma.html#pragma_foreign_keys).
    this.#connection.pragma('foreign_keys = off')
    try {
      return await this.#perform('write', works)
    } finally {
      this.#connection.pragma('foreign_keys = on')
    }
  }

  async #perform(intent: 'read' | 'write', works: readonly Work[]): Promise<Outcome> {
    try {
      if (intent === 'write') this.#checkFile()
      this.#begin[intent].run()
    } catch (error) {
      // Waited for once in vain: 50 requests that each wait their 250 ms would stand 13 s.
      this.#waitForLock(false)
      return { kept: false, error, began: false }
    }
    this.#waitForLock(true)
    try {
      const values = await withinOneTurn((turn) => this.#runAll(works, this.#now(), turn))
      const end = intent === 'write' ? this.#timeCommit(works.length) : null
      this.#commit.run()
      end?.()
      return { kept: true, values }
    } catch (error) {
      // SQLite has already rolled back by itself after some errors, such as a full disk.
      if (this.#connection.inTransaction) this.#rollback.run()
      return { kept: false, error, began: true }
    }
  }

  #waitForLock(waits: boolean): void {
    if (this.#waitsForLock === waits) return
    this.#waitsForLock = waits
    this.#connection.pragma(`busy_timeout = ${waits ? BUSY_TIMEOUT_MS : 0}`)
  }

  async #runAll(works: readonly Work[], now: number, turn: Turn): Promise<unknown[]> {
    const values: unknown[] = []
    for (const work of works) {
      if (turn.isOver) break
      const tx = new SqliteTx(this.#connection, this.#statements, now)
      turn.tx = tx
      try {
        values.push(await inside.run(tx, work, tx))
      } catch (error) {
        throw tx.trouble ?? error
      } finally {
        tx.end()
      }
      if (tx.trouble !== null) throw tx.trouble
    }
    return values
  }
}

interface Turn {
  tx: SqliteTx | null
  isOver: boolean
}

/**
 * Statements resolve by microtask, so a work that awaits nothing else ends before the event loop moves on. One that
 * has not is waiting for a timer, a file or the network, and everybody else would wait with it: it fails instead.
 * A tick asked for by a microtask comes once no microtask is left (https://nodejs.org/api/process.html#processnexttickcallback-args),
 * before any timer, so what it finds does not depend on time.
 */
function withinOneTurn<T>(run: (turn: Turn) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const turn: Turn = { tx: null, isOver: false }
    let isDone = false
    const endTurn = () => {
      if (isDone) return
      turn.isOver = true
      turn.tx?.end()
      reject(new Error('A transaction may await nothing but its own statements: wait for anything else before it'))
    }
    queueMicrotask(() => process.nextTick(endTurn))
    run(turn)
      .finally(() => {
        isDone = true
      })
      .then(resolve, reject)
  })
}
