/** Copies a database as it is at one moment, also while a router writes to it, into one plain file. */
import { closeSync, fsyncSync, openSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import SqliteDriver from 'better-sqlite3'
import { type Counts, countRows, inspectFile } from './inspection.ts'
import { DatabaseUnusableError } from './trouble.ts'

/** Pages copied before progress is told: 16 MB. */
const PAGES_AT_ONCE = 4_000

/** How much of the copy is done, in [0, 1]. */
export type Progress = (done: number) => void

/**
 * Writes a copy of `file` to `target`, found in order and with all rows, or throws and leaves no trace. `target` appears
 * whole or not at all, is readable for this user only, and replaces what was there. The write-ahead log cannot begin anew
 * meanwhile and grows by what is written.
 */
export async function backUp(file: string, target: string, progress: Progress): Promise<Counts> {
  const folder = realpathSync(dirname(target))
  const partial = join(folder, `.${basename(target)}.${process.pid}.partial`)
  closeSync(openSync(partial, 'wx', 0o600))
  try {
    const counts = await copy(file, partial, progress)
    const found = inspectFile(partial)
    const missing = [...counts].find(([table, rows]) => found.counts.get(table) !== rows)
    const [problem = missing && `${missing[0]} has ${found.counts.get(missing[0])} of ${missing[1]} rows`] =
      found.problems
    if (problem !== undefined) throw new DatabaseUnusableError(`The copy is not in order and was deleted: ${problem}`)
    sync(partial)
    renameSync(partial, join(folder, basename(target)))
    sync(folder)
    return counts
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(partial + end, { force: true })
  }
}

/** One read transaction, so that whatever is written meanwhile is not seen: else the copy would begin anew at each commit. */
async function copy(file: string, target: string, progress: Progress): Promise<Counts> {
  const source = new SqliteDriver(file, { readonly: true, fileMustExist: true })
  try {
    source.exec('begin')
    const counts = countRows(source)
    await source.backup(target, {
      progress: ({ totalPages, remainingPages }) => {
        progress(1 - remainingPages / totalPages)
        return PAGES_AT_ONCE
      },
    })
    const copied = new SqliteDriver(target)
    try {
      // Else it could only be read with two more files beside it.
      copied.pragma('journal_mode = delete')
    } finally {
      copied.close()
    }
    return counts
  } finally {
    source.close()
  }
}

/** A file, or the names in a folder. */
export function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
