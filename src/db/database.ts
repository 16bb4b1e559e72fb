/** What a store needs of a database: portable SQL in, rows out, and one transaction at a time. Knows nothing of the product. */

/** A value that every driver binds and returns alike; no booleans, no Dates (stores map them). */
export type Value = string | number | null

/** What both of our tags make: the text with `?` and with `$1` placeholders, and the values in their order. */
export interface Query {
  readonly sql: string
  readonly text: string
  readonly values: readonly unknown[]
}

export interface Queryable {
  all<Row>(query: Query): Promise<Row[]>
  get<Row>(query: Query): Promise<Row | undefined>
  /** Runs a statement; `id` is the dense integer the database gave an inserted row, meaningful after an insert only. */
  run(query: Query): Promise<{ changes: number; id: number }>
}

/** Inside one transaction. `now` is read once when the transaction begins (epoch ms, the database's clock). */
export interface Tx extends Queryable {
  readonly now: number
}

export interface Database {
  /**
   * Runs `work` in a transaction and resolves after the durable commit. Calls of one event-loop turn may share a
   * commit; each still sees the changes of those before it. If `work` throws, nothing of it is kept and the error
   * comes through. `weight` is how much work it brings (alerts): a shared commit is cut at about 2,000.
   * Await nothing but `tx` inside: never the network, a timer or a file. `work` may run twice: when another one that
   * shares its transaction fails, all is rolled back and each runs again alone. So it leaves nothing outside that a
   * second run would double, but for what `onRollback` reloads. No transaction within a transaction.
   * Rejects with code `unavailable` and nothing kept when the database cannot be written.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, weight?: number): Promise<T>
  /**
   * As `transaction`, alone in its commit and without a look at what refers to the rows that it deletes: without an index
   * that look reads a whole table for every row. The caller is certain that nothing does.
   */
  prune<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Committed state only, on a connection of its own; never blocks a transaction. */
  readonly reader: Queryable
  /** Called after a rolled-back transaction, before the next begins: whoever caches rows reloads them. */
  onRollback(reload: (tx: Tx) => Promise<void>): void
  now(): number
  /** How much work waits for a commit: alerts, and the age of the oldest in ms. */
  backlog(): { weight: number; ageMs: number }
  close(): Promise<void>
}
