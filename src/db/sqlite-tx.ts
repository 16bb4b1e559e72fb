/** What a work holds while its transaction lasts, and not a moment longer. */
import type SqliteDriver from 'better-sqlite3'
import type { Query, Tx } from './database.ts'
import type { Statements } from './statements.ts'
import { troubleCode } from './trouble.ts'

/** A statement runs at once when called; the promise is there for databases that are further away. */
export class SqliteTx implements Tx {
  readonly now: number
  /** The first error of this transaction that the file or disk is to blame for, even if the work swallowed it. */
  trouble: unknown = null
  readonly #connection: SqliteDriver.Database
  readonly #statements: Statements
  #open = true

  constructor(connection: SqliteDriver.Database, statements: Statements, now: number) {
    this.#connection = connection
    this.#statements = statements
    this.now = now
  }

  get isOpen(): boolean {
    return this.#open
  }

  async all<Row>(query: Query): Promise<Row[]> {
    return this.#perform(() => this.#statements.all<Row>(query))
  }

  async get<Row>(query: Query): Promise<Row | undefined> {
    return this.#perform(() => this.#statements.get<Row>(query))
  }

  async run(query: Query): Promise<{ changes: number; id: number }> {
    return this.#perform(() => this.#statements.run(query))
  }

  /** Runs many statements at once, without values: for migrations. None of them may end the transaction. */
  async script(text: string): Promise<void> {
    this.#perform(() => this.#connection.exec(text))
  }

  end(): void {
    this.#open = false
  }

  #perform<T>(statement: () => T): T {
    if (!this.#open) {
      throw new Error('This transaction has ended: await every statement inside the work, and keep no tx for later')
    }
    try {
      return statement()
    } catch (error) {
      if (troubleCode(error) !== null) this.trouble ??= error
      throw error
    }
  }
}
