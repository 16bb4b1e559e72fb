/** Opens the embedded database: one file, one process, one connection that writes and one that reads. */
import { statSync } from 'node:fs'
import { CommitQueue, type QueueLog } from './commit-queue.ts'
import { type Connections, connect } from './connections.ts'
import type { Database, Query, Queryable } from './database.ts'
import { databaseFile, prepareFile } from './database-file.ts'
import { lockFile } from './file-lock.ts'
import { fixed } from './fixed.ts'
import { refuseNetworkFileSystem } from './network-file-system.ts'
import { SharedTransaction, type TimeCommit } from './shared-transaction.ts'
import type { SqliteTx } from './sqlite-tx.ts'
import { Statements } from './statements.ts'
import { checkNotMoved, troubleCode, unavailable } from './trouble.ts'

/** What is worth one log line after opening. */
export interface SqliteInfo {
  readonly file: string
  readonly sqliteVersion: string
  readonly bytes: number
  /** `skipped` for a file too large to be read through on start. */
  readonly quickCheck: 'ok' | 'skipped'
}

/** The Database of SQLite; its transactions can run scripts, and it tells when it cannot be written. */
export interface SqliteDatabase extends Database {
  transaction<T>(work: (tx: SqliteTx) => Promise<T>, weight?: number): Promise<T>
  /** Gives up to `pages` free pages back to the disk, if the file was made so that it can; returns how many more it would. */
  shrink(pages: number): Promise<number>
  /** Called when there was no room for a write, before its error is passed on: whoever keeps a reserve gives it away. */
  onFull(callback: () => void): void
  readonly info: SqliteInfo
  /** Why nothing can be written until the file could be opened again; null while all is well. */
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
  refuseNetworkFileSystem(file)
  const lock = lockFile(file)
  let connections: Connections
  try {
    connections = connect(file)
  } catch (error) {
    lock.release()
    throw error
  }
  let statements = new Statements(connections.reader)
  const transactionOn = ({ writer }: Connections) => {
    const identity = statSync(file)
    return new SharedTransaction(writer, { now, checkFile: () => checkNotMoved(file, identity), timeCommit })
  }
  const whenFull: (() => void)[] = []
  const queue = new CommitQueue({
    transaction: transactionOn(connections),
    reopen: () => {
      connections.writer.close()
      const anew = connect(file, true)
      // Until now it went on answering what it could.
      connections.close()
      connections = anew
      statements = new Statements(anew.reader)
      return transactionOn(anew)
    },
    whenFull: () => {
      for (const callback of whenFull) callback()
      foldLog(connections)
    },
    now,
    log,
  })
  const { sqliteVersion, bytes, quickCheck } = connections
  return {
    transaction: (work, weight = 1) => queue.add(work, weight),
    prune: (work) => queue.add(work, 1, true),
    shrink: (pages) => queue.add((tx) => shrink(tx, pages), 1),
    reader: readOnly(() => statements),
    onRollback: (reload) => queue.onRollback(reload),
    onFull: (callback) => void whenFull.push(callback),
    now,
    backlog: () => queue.backlog(),
    info: { file, sqliteVersion, bytes, quickCheck },
    get broken() {
      return queue.broken
    },
    close: async () => {
      await queue.close()
      connections.close()
      lock.release()
    },
  }
}

/**
 * What is in the write-ahead log moves into the file as far as that has room, so that the log can begin anew: deleting
 * needs no more room than that. SQLite does so by itself only with a commit, and there is none on a full disk.
 */
function foldLog({ writer }: Connections): void {
  try {
    writer.pragma('wal_checkpoint(passive)')
  } catch (error) {
    if (troubleCode(error) === null) throw error
  }
}

/** What stays in the file for the next rows: one page in 20. */
const FREE_PART = 1 / 20

/** The number that stands for it: https://www.sqlite.org/pragma.html#pragma_auto_vacuum */
const INCREMENTAL = 2

/** In small steps: each page is moved from the end of the file, and the event loop stands meanwhile. */
async function shrink(tx: SqliteTx, pages: number): Promise<number> {
  const pragma = async (query: Query) => Number(Object.values((await tx.get<object>(query)) ?? {})[0])
  if ((await pragma(fixed`pragma auto_vacuum`)) !== INCREMENTAL) return 0
  const spare = async () =>
    (await pragma(fixed`pragma freelist_count`)) - Math.floor((await pragma(fixed`pragma page_count`)) * FREE_PART)
  const before = await spare()
  if (before <= 0) return 0
  // As a script: the driver runs a statement for one step only, and this one takes a step for each page.
  await tx.script(`pragma incremental_vacuum(${Math.min(before, pages)})`)
  return Math.max(0, await spare())
}

/** `statements` is asked each time: a file that failed is opened again. */
function readOnly(statements: () => Statements): Queryable {
  const attempt = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      const code = troubleCode(error)
      throw code === null ? error : unavailable(code, error)
    }
  }
  return {
    all: async (query) => attempt(() => statements().all(query)),
    get: async (query) => attempt(() => statements().get(query)),
    run: async () => {
      throw new Error('The reader cannot write: use transaction()')
    },
  }
}
