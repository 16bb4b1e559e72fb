/** Opens the embedded database: one file, one process, one connection that writes and one that reads. */
import { statSync } from 'node:fs'
import SqliteDriver from 'better-sqlite3'
import { CommitQueue, type QueueLog } from './commit-queue.ts'
import type { Database, Queryable } from './database.ts'
import { databaseFile, prepareFile } from './database-file.ts'
import { lockFile } from './file-lock.ts'
import { BUSY_TIMEOUT_MS, SharedTransaction, type TimeCommit } from './shared-transaction.ts'
import type { SqliteTx } from './sqlite-tx.ts'
import { Statements } from './statements.ts'
import { checkNotMoved, DatabaseUnusableError, troubleCode, unavailable } from './trouble.ts'

/** Page cache of the writing connection. */
const CACHE_KIB = 64 * 1024

/** A file up to this size is checked on start: about 1 s per GB, and starting should take less than that. */
const CHECKED_BYTES = 256 * 1024 * 1024

/** What is worth one log line after opening. */
export interface SqliteInfo {
  readonly file: string
  readonly sqliteVersion: string
  readonly bytes: number
  /** `skipped` for a file too large to be read through on start. */
  readonly quickCheck: 'ok' | 'skipped'
}

/** The Database of SQLite; its transactions can run scripts, and it tells when it can no longer be written. */
export interface SqliteDatabase extends Database {
  transaction<T>(work: (tx: SqliteTx) => Promise<T>, weight?: number): Promise<T>
  readonly info: SqliteInfo
  /** Why nothing can be written until the program starts again; null while all is well. */
  readonly broken: string | null
}

/**
 * Opens or creates the database that `file` names (`file:./data/router.db` or a path) and its folder, and keeps others
 * out until `close` or the end of the process. Throws a DatabaseUnusableError if that cannot be done.
 */
export async function openSqlite(options: {
  file: string
  now: () => number
  log?: QueueLog
  timeCommit?: TimeCommit
}): Promise<SqliteDatabase> {
  const { now, log, timeCommit = () => () => {} } = options
  const file = prepareFile(databaseFile(options.file))
  const opened: { close(): void }[] = []
  const closeAll = () => {
    // The reader before the writer: the last one to close empties the WAL, and a reader cannot.
    for (const one of opened.splice(0).reverse()) one.close()
  }
  try {
    const lock = lockFile(file)
    opened.push({ close: lock.release })
    const writer = new SqliteDriver(file, { timeout: BUSY_TIMEOUT_MS })
    opened.push(writer)
    configure(writer)
    const info = inspect(writer, file)
    const reader = new SqliteDriver(file, { readonly: true, timeout: BUSY_TIMEOUT_MS })
    opened.push(reader)

    const identity = statSync(file)
    const checkFile = () => checkNotMoved(file, identity)
    const queue = new CommitQueue(new SharedTransaction(writer, { now, checkFile, timeCommit }), now, log)
    return {
      transaction: (work, weight = 1) => queue.add(work, weight),
      reader: readOnly(reader),
      onRollback: (reload) => queue.onRollback(reload),
      now,
      backlog: () => queue.backlog(),
      info,
      get broken() {
        return queue.broken
      },
      close: async () => {
        await queue.close()
        closeAll()
      },
    }
  } catch (error) {
    closeAll()
    if (!(error instanceof SqliteDriver.SqliteError)) throw error
    throw new DatabaseUnusableError(`The database ${file} could not be opened: ${error.message} (${error.code})`, {
      cause: error,
    })
  }
}

/** In this order: auto_vacuum only counts before the first page is written, and switching to WAL writes one. */
function configure(writer: SqliteDriver.Database): void {
  writer.pragma('auto_vacuum = incremental')
  expectPragma(writer, 'journal_mode', 'wal', 'set')
  // The driver is built with NORMAL for WAL, which forgets acknowledged commits when the power fails.
  writer.pragma('synchronous = full')
  writer.pragma('foreign_keys = on')
  writer.pragma(`cache_size = -${CACHE_KIB}`)
  // SQLite applies its own default for WAL when it first reads the file, so what holds is known only after that.
  writer.prepare('select count(*) from sqlite_schema').get()
  expectPragma(writer, 'synchronous', 2)
  expectPragma(writer, 'foreign_keys', 1)
}

function expectPragma(connection: SqliteDriver.Database, name: string, expected: string | number, set?: 'set'): void {
  const actual = connection.pragma(set ? `${name} = ${expected}` : name, { simple: true })
  if (actual === expected) return
  throw new DatabaseUnusableError(
    `The database ${connection.name} refuses ${name} = ${expected} (it stays ${String(actual)}), without which it could ` +
      'lose what it has confirmed. Put it on a local disk of this machine.',
  )
}

function inspect(writer: SqliteDriver.Database, file: string): SqliteInfo {
  const pages = Number(writer.pragma('page_count', { simple: true }))
  const bytes = pages * Number(writer.pragma('page_size', { simple: true }))
  const isChecked = bytes <= CHECKED_BYTES
  const finding = isChecked ? String(writer.pragma('quick_check(1)', { simple: true })) : 'ok'
  if (finding !== 'ok') {
    throw new DatabaseUnusableError(
      `The database ${file} is damaged (${finding}). Keep a copy of it, then restore a backup.`,
    )
  }
  const version = writer.prepare('select sqlite_version()').pluck().get()
  return { file, sqliteVersion: String(version), bytes, quickCheck: isChecked ? 'ok' : 'skipped' }
}

function readOnly(connection: SqliteDriver.Database): Queryable {
  const statements = new Statements(connection)
  const attempt = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      const code = troubleCode(error)
      throw code === null ? error : unavailable(code, error)
    }
  }
  return {
    all: async (query) => attempt(() => statements.all(query)),
    get: async (query) => attempt(() => statements.get(query)),
    run: async () => {
      throw new Error('The reader cannot write: use transaction()')
    },
  }
}
