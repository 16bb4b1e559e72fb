/** Puts another file in the place of a database and keeps the old one beside it: whoever opens it finds one or the other, whole. */
import { chmodSync, chownSync, existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import SqliteDriver from 'better-sqlite3'
import { sync } from './backup.ts'

/**
 * Under the lock of `file`: nobody has it open. `by` goes, as it becomes `file`, and has to be one plain file. Returns
 * whether there was a database before, which is now `aside`.
 */
export function replaceDatabase(file: string, by: string, aside: string): boolean {
  const isThere = existsSync(file)
  ownAs(by, isThere ? file : dirname(file))
  sync(by)
  if (isThere) {
    foldLog(file)
    keepAs(file, aside)
  }
  // Whatever is in a log that could not be folded belongs to the old file: the new one would be ruined by it.
  if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${aside}-wal`)
  rmSync(`${file}-shm`, { force: true })
  renameSync(by, file)
  sync(dirname(file))
  return isThere
}

/** Run by another user than the router's, the file must be the router's all the same. */
function ownAs(path: string, model: string): void {
  const { uid, gid, mode } = statSync(model)
  const own = statSync(path)
  if (own.uid !== uid || own.gid !== gid) chownSync(path, uid, gid)
  if (statSync(model).isFile()) chmodSync(path, mode & 0o777)
}

/** The last one to close a database brings its log into the file; a damaged one keeps its log. */
function foldLog(file: string): void {
  try {
    const connection = new SqliteDriver(file)
    try {
      connection.pragma('wal_checkpoint(truncate)')
    } finally {
      connection.close()
    }
  } catch (error) {
    if (!(error instanceof SqliteDriver.SqliteError)) throw error
  }
}

/** A second name, so that the first is never without a file; not every file system has that. */
function keepAs(file: string, aside: string): void {
  try {
    linkSync(file, aside)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error
    renameSync(file, aside)
  }
}
