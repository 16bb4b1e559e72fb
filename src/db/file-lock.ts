/** One process per database file: a lock on a side file that the kernel gives back when the process dies, however it dies. */
import SqliteDriver from 'better-sqlite3'
import { DatabaseUnusableError } from './trouble.ts'

export interface FileLock {
  release(): void
}

/**
 * Takes `<file>.lock` for as long as the process lives, or throws at once if somebody has it.
 * SQLite does the locking (an exclusive transaction on an empty database that writes nothing): plain fcntl locks would
 * be lost as soon as anything in this process opened and closed the same file, and SQLite takes care of that
 * (https://www.sqlite.org/howtocorrupt.html). The side file stays behind, empty: to delete it would be a race.
 */
export function lockFile(file: string): FileLock {
  const path = `${file}.lock`
  const connection = new SqliteDriver(path, { timeout: 0 })
  try {
    connection.prepare('begin exclusive').run()
  } catch (error) {
    connection.close()
    if (!(error instanceof SqliteDriver.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error
    throw new DatabaseUnusableError(
      `The database ${file} is in use by another process, which holds ${path}. ` +
        'Stop that process first, or give this one a database of its own.',
      { cause: error },
    )
  }
  return {
    release: () => {
      connection.close()
    },
  }
}
