/** What callers hear when the disk is full or the file fails, and what is safe to do after it. */
import SqliteDriver from 'better-sqlite3'
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/db/database.ts'
import { startChild } from './child.ts'
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

  it('calls whoever keeps a reserve once per full disk, before it tells the callers', async () => {
    const { db } = await openNumbers()
    await db.transaction((tx) => tx.get(sql`pragma max_page_count = 10`))
    const order: string[] = []
    db.onFull(() => void order.push('full'))
    const fill = db.transaction((tx) => tx.run(sql`insert into number (n, text) values (1, ${'x'.repeat(100_000)})`))
    await fill.catch(() => order.push('rejected'))
    expect(order).toEqual(['full', 'rejected'])
  })
})

describe('a file that is found damaged', () => {
  async function damaged() {
    let now = 1_000_000
    const { db, file } = await openNumbers(() => now)
    await db.transaction((tx) => tx.run(sql`insert into number (n, text) values (1, ${'x'.repeat(100_000)})`))
    let reloads = 0
    db.onRollback(async () => void reloads++)
    const repair = breakRoot(file)
    const results = await Promise.allSettled([db.transaction(insert(2)), db.transaction(insert(3))])
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'unavailable', cause: { code: 'SQLITE_CORRUPT' } },
      })
    }
    expect(db.broken).toBe('the database failed with SQLITE_CORRUPT')
    const pass = (ms: number) => {
      now += ms
    }
    return { db, file, repair, reloads: () => reloads, pass }
  }
  const refused = {
    code: 'unavailable',
    message: expect.stringMatching(/until it can be opened again.*SQLITE_CORRUPT/),
  }

  it('takes nothing while it cannot be opened anew, and keeps others out', async () => {
    const { db, file, pass } = await damaged()
    for (const ms of [0, 4_999, 1, 10_000]) {
      pass(ms)
      await expect(db.transaction(insert(4))).rejects.toMatchObject(refused)
      expect(db.broken).toBe('the database failed with SQLITE_CORRUPT')
    }
    const other = startChild('try', file)
    await other.printed(1)
    expect(other.lines[0]).toMatch(/in use by another process/)
  })

  it('is opened anew once it is in order, tried every 5 s, and caches are read again', async () => {
    const { db, repair, reloads, pass } = await damaged()
    await expect(db.transaction(insert(4))).rejects.toMatchObject(refused)
    repair()
    pass(4_999)
    await expect(db.transaction(insert(5))).rejects.toMatchObject(refused)
    expect(reloads()).toBe(0)
    pass(1)
    await db.transaction(insert(6))
    expect({ broken: db.broken, reloads: reloads() }).toEqual({ broken: null, reloads: 1 })
    expect(await numbers(db)).toEqual([1, 6])
  })

  it('is opened anew when a cache could not be read again', async () => {
    let now = 1_000_000
    const { db } = await openNumbers(() => now)
    let fails = true
    db.onRollback(async (tx) => {
      if (fails) await tx.all(sql`select * from nowhere`)
    })
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
    fails = false
    now += 5_000
    await db.transaction(insert(2))
    expect(await numbers(db)).toEqual([2])
  })
})

/** Points the table at a page that does not exist, through a connection of its own: the writer notices on its next read. Returns what undoes it. */
function breakRoot(file: string): () => void {
  const pointTo = (page: number, version: number) => {
    const other = new SqliteDriver(file)
    other.unsafeMode()
    other.pragma('writable_schema = on')
    const root = Number(other.prepare(`select rootpage from sqlite_schema where name = 'number'`).pluck().get())
    other.exec(`update sqlite_schema set rootpage = ${page} where name = 'number'`)
    other.pragma(`schema_version = ${version}`)
    other.close()
    return root
  }
  const root = pointTo(99_999, 4_711)
  return () => void pointTo(root, 4_712)
}
