/** Real database files for tests: each in a folder of its own that goes away with the test. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openSqlite, type SqliteDatabase } from '../../src/db/sqlite.ts'

export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'alert-router-db-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function openTemporary(file: string, now: () => number = Date.now): Promise<SqliteDatabase> {
  const db = await openSqlite({ file, now })
  onTestFinished(() => db.close())
  return db
}

/** Commits in the write-ahead log since it last began anew (https://www.sqlite.org/fileformat2.html#walformat). */
export function countCommits(file: string): number {
  const wal = readFileSync(`${file}-wal`)
  const frameBytes = 24 + wal.readUInt32BE(8)
  const salt = wal.subarray(16, 24)
  let commits = 0
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes) {
    if (!wal.subarray(at + 8, at + 16).equals(salt)) break
    if (wal.readUInt32BE(at + 4) !== 0) commits++
  }
  return commits
}
