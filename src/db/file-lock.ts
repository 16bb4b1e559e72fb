/** One process per database file: a lock on a side file that the kernel gives back when the process dies, however it dies. */
import SqliteDriver from 'better-sqlite3'
import { DatabaseUnusableError } from './trouble.ts'

/** Somebody else has the database. */
export class DatabaseInUseError extends DatabaseUnusableError {}

export interface FileLock {
  release(): void
}

/**
 * Takes `<file>.lock` for as long as the process lives, or throws a DatabaseInUseError at once if somebody has it.
 * SQLite does the locking (an exclusive transaction on an empty database that writes nothing): plain fcntl locks would
 * be lost as soon as anything in this process opened and closed the same file, and SQLite takes care of that
 * (https://www.sqlite.org/howtocorrupt.html). The side file stays behind, empty: to delete it would be a race.
 */
export function lockFile(file: string): FileLock {
  const path = `${file}.lock`
  let connection: SqliteDriver.Database | null = null
  try {
    const held = new SqliteDriver(path, { timeout: 0 })
    connection = held
    held.prepare('begin exclusive').run()
    return {
      release: () => {
        held.close()
      },
    }
  } catch (error) {
    connection?.close()
    if (!(error instanceof SqliteDriver.SqliteError || error instanceof TypeError)) throw error
    throw unlockable(file, path, error)
  }
}

function unlockable(file: string, path: string, cause: Error & { readonly code?: string }): DatabaseUnusableError {
  if (cause.code?.startsWith('SQLITE_BUSY')) {
    return new DatabaseInUseError(
      `The database ${file} is in use by another process, which holds ${path}. ` +
        'Stop that process first, or give this one a database of its own.',
      { cause },
    )
  }
  return new DatabaseUnusableError(
    `The lock ${path} of the database could not be taken: ${cause.message}. Give this user a folder it may write to.`,
    { cause },
  )
}
