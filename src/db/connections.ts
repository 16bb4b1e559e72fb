/** The two connections to one database file: one that writes and one that reads, set up so that nothing confirmed is lost. */
import SqliteDriver from 'better-sqlite3'
import { BUSY_TIMEOUT_MS } from './shared-transaction.ts'
import { DatabaseUnusableError } from './trouble.ts'

/** Page cache of the writing connection. */
const CACHE_KIB = 64 * 1024

/** A file up to this size is read through when it is opened: about 1 s per GB, and starting should take less than that. */
const CHECKED_BYTES = 256 * 1024 * 1024

export interface Connections {
  readonly writer: SqliteDriver.Database
  readonly reader: SqliteDriver.Database
  readonly sqliteVersion: string
  readonly bytes: number
  /** `skipped` for a file too large to be read through. */
  readonly quickCheck: 'ok' | 'skipped'
  close(): void
}

/**
 * Opens or creates `file`. `again`: after it failed, so it is read through whatever its size, and what is in the
 * write-ahead log is brought into the file anew: after a failed fsync nobody knows which of its pages the disk has.
 * Throws a DatabaseUnusableError with a sentence, or the driver's error.
 */
export function connect(file: string, again = false): Connections {
  const opened: SqliteDriver.Database[] = []
  // The reader before the writer: the last one to close empties the WAL, and a reader cannot.
  const close = () => {
    for (const connection of opened.splice(0).reverse()) connection.close()
  }
  try {
    const writer = new SqliteDriver(file, { timeout: BUSY_TIMEOUT_MS, fileMustExist: again })
    opened.push(writer)
    configure(writer)
    if (again) writer.pragma('wal_checkpoint(truncate)')
    const found = inspect(writer, file, again)
    const reader = new SqliteDriver(file, { readonly: true, timeout: BUSY_TIMEOUT_MS })
    opened.push(reader)
    return { writer, reader, ...found, close }
  } catch (error) {
    close()
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

function inspect(writer: SqliteDriver.Database, file: string, whole: boolean) {
  const pages = Number(writer.pragma('page_count', { simple: true }))
  const bytes = pages * Number(writer.pragma('page_size', { simple: true }))
  const isChecked = whole || bytes <= CHECKED_BYTES
  const finding = isChecked ? String(writer.pragma('quick_check(1)', { simple: true })) : 'ok'
  if (finding !== 'ok') {
    throw new DatabaseUnusableError(
      `The database ${file} is damaged (${finding}). Keep a copy of it, then restore a backup.`,
    )
  }
  const sqliteVersion = String(writer.prepare('select sqlite_version()').pluck().get())
  return { sqliteVersion, bytes, quickCheck: isChecked ? ('ok' as const) : ('skipped' as const) }
}
