/** A database with one table of numbers, for tests of the commit queue. */
import { join } from 'node:path'
import sql from 'sql-template-tag'
import type { Tx } from '../../src/db/database.ts'
import type { SqliteDatabase } from '../../src/db/sqlite.ts'
import { openTemporary, temporaryFolder } from './temporary.ts'

export const insert = (n: number) => (tx: Tx) => tx.run(sql`insert into number (n) values (${n})`)

export async function openNumbers(now?: () => number): Promise<{ db: SqliteDatabase; file: string }> {
  const file = join(temporaryFolder(), 'router.db')
  const db = await openTemporary(file, now)
  await db.transaction((tx) => tx.run(sql`create table number (n integer primary key, text text) strict`))
  return { db, file }
}

export async function numbers(db: SqliteDatabase): Promise<number[]> {
  return (await db.reader.all<{ n: number }>(sql`select n from number order by n`)).map((row) => row.n)
}
