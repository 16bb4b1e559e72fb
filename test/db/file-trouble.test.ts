/** What callers hear when the disk is full or the file fails, and what is safe to do after it. */
import SqliteDriver from 'better-sqlite3'
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/db/database.ts'
import { insert, numbers, openNumbers } from './numbers.ts'

describe('trouble with the file', () => {
  it('tells everybody "unavailable" when the disk is full, runs nothing again, and works once there is space', async () => {
    const { db } = await openNumbers()
    let reloads = 0
    db.onRollback(async () => void reloads++)
    await db.transaction((tx) => tx.get(sql`pragma max_page_count = 10`))
    let runs = 0
    const fill = async (tx: Tx) => {
      runs++
      await tx.run(sql`insert into number (n, text) values (${100}, ${'x'.repeat(100_000)})`)
    }
    const results = await Promise.allSettled([
      db.transaction(insert(1)),
      db.transaction(fill),
      db.transaction(insert(2)),
    ])
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'unavailable',
          message: expect.stringMatching(/disk of the database is full/),
          cause: { code: 'SQLITE_FULL' },
        },
      })
    }
    expect({ runs, reloads, broken: db.broken }).toEqual({ runs: 1, reloads: 1, broken: null })
    expect(await numbers(db)).toEqual([])
    await db.transaction((tx) => tx.get(sql`pragma max_page_count = 100000`))
    await db.transaction(fill)
    expect(await numbers(db)).toEqual([100])
  })

  it('keeps nothing of a work that swallowed the error of a full disk', async () => {
    const { db } = await openNumbers()
    await db.transaction((tx) => tx.get(sql`pragma max_page_count = 10`))
    const work = async (tx: Tx) => {
      await insert(1)(tx)
      await tx.run(sql`insert into number (n, text) values (2, ${'x'.repeat(100_000)})`).catch(() => {})
    }
    await expect(db.transaction(work)).rejects.toMatchObject({ code: 'unavailable' })
    expect(await numbers(db)).toEqual([])
  })

  it('is unavailable, without a reload, while another program writes', async () => {
    const { db, file } = await openNumbers()
    let reloads = 0
    db.onRollback(async () => void reloads++)
    const other = new SqliteDriver(file)
    other.exec('begin immediate')
    await expect(db.transaction(insert(1))).rejects.toMatchObject({
      code: 'unavailable',
      cause: { code: 'SQLITE_BUSY' },
    })
    other.exec('rollback')
    other.close()
    await db.transaction(insert(1))
    expect(reloads).toBe(0)
  })

  it('stops for good when the file is found damaged', async () => {
    const { db, file } = await openNumbers()
    await db.transaction((tx) => tx.run(sql`insert into number (n, text) values (1, ${'x'.repeat(100_000)})`))
    breakRoot(file)
    const results = await Promise.allSettled([db.transaction(insert(2)), db.transaction(insert(3))])
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'unavailable', cause: { code: 'SQLITE_CORRUPT' } },
      })
    }
    expect(db.broken).toBe('the database failed with SQLITE_CORRUPT')
    await expect(db.transaction(insert(4))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/restart the program/),
    })
  })

  it('stops for good when a cache cannot be read again', async () => {
    const { db } = await openNumbers()
    db.onRollback(async (tx) => void (await tx.all(sql`select * from nowhere`)))
    const poison = new Error('poison')
    const results = await Promise.allSettled([
      db.transaction(insert(1)),
      db.transaction(async () => {
        throw poison
      }),
    ])
    expect(results).toMatchObject([
      { status: 'rejected', reason: { code: 'unavailable' } },
      { status: 'rejected', reason: { code: 'unavailable' } },
    ])
    expect(db.broken).toMatch(/could not be read again/)
  })
})

/** Points the table at a page that does not exist, through a connection of its own: the writer notices on its next read. */
function breakRoot(file: string): void {
  const other = new SqliteDriver(file)
  other.unsafeMode()
  other.pragma('writable_schema = on')
  other.exec(`update sqlite_schema set rootpage = 99999 where name = 'number'`)
  other.pragma('schema_version = 4711')
  other.close()
}
