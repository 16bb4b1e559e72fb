/** Tells what the database file cannot do from what a query got wrong: the first is nobody's fault who asked. */
import { type Stats, statSync } from 'node:fs'
import SqliteDriver from 'better-sqlite3'
import { ApiError } from '../errors.ts'

/** Disk, lock and memory (https://www.sqlite.org/rescode.html); codes come extended, such as SQLITE_IOERR_WRITE. */
const TROUBLE = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CORRUPT|NOTADB|CANTOPEN|NOMEM|PROTOCOL|PERM)(_|$)/

/** After a failed fsync the kernel may have dropped the pages: a retry would succeed and mean nothing. */
const FATAL = /^SQLITE_(CORRUPT|NOTADB|IOERR_FSYNC|IOERR_DIR_FSYNC)/

/** A broken virtual table is derived data (a search index): an ordinary error of the query that met it. */
const DERIVED = 'SQLITE_CORRUPT_VTAB'

/** The database cannot be opened or used at all: a sentence for the operator, before anything runs. */
export class DatabaseUnusableError extends Error {
  override readonly name = 'DatabaseUnusableError'
}

/** The result code if the file, disk or lock is to blame; null for everything a query can do wrong itself. */
export function troubleCode(error: unknown): string | null {
  if (!(error instanceof SqliteDriver.SqliteError)) return null
  return error.code !== DERIVED && TROUBLE.test(error.code) ? error.code : null
}

/** True when nothing written from now on could be trusted until the file is opened again. */
export function isFatal(code: string): boolean {
  return FATAL.test(code)
}

/** True when there may have been no room: over a quota SQLite says no more than that writing failed. */
export function isOutOfSpace(code: string): boolean {
  return /^SQLITE_(FULL|IOERR_WRITE)/.test(code)
}

/** Said by SQLite itself only without WAL; with it, it would go on in a file that is gone with the process. */
const MOVED = 'SQLITE_READONLY_DBMOVED'

/** Throws as SQLite would if the open file is no longer the one that has this name. */
export function checkNotMoved(file: string, opened: Stats): void {
  const present = statSync(file, { throwIfNoEntry: false })
  if (present?.ino === opened.ino && present.dev === opened.dev) return
  throw new SqliteDriver.SqliteError('the open file no longer has its name', MOVED)
}

/** What the client is told: 503, and that sending it again is safe because nothing was kept. */
export function unavailable(code: string, cause: unknown): ApiError {
  return new ApiError('unavailable', `${sentence(code)} (${code}). Nothing was kept; try again later.`, { cause })
}

function sentence(code: string): string {
  if (code.startsWith('SQLITE_FULL')) return 'The disk of the database is full: free some space'
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'Another program is writing to the database'
  if (code === MOVED) return 'The file of the database was moved, deleted or replaced: put it back, or restart'
  if (code.startsWith('SQLITE_READONLY')) return 'The database is read-only: check its disk and its permissions'
  if (isFatal(code))
    return 'The database is damaged or its disk failed: it is opened again, and if that does not help needs a backup'
  return 'The database cannot be read or written'
}
