/** What holds of a database file once it is open: durable, checked, ours alone, and read apart from being written. */
import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import SqliteDriver from 'better-sqlite3'
import sql, { raw } from 'sql-template-tag'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSqlite, type SqliteDatabase } from '../../src/db/sqlite.ts'
import { startChild } from './child.ts'
import { openTemporary, temporaryFolder } from './temporary.ts'

it.each([
  ['synchronous', 2],
  ['journal_mode', 'wal'],
  ['foreign_keys', 1],
  ['auto_vacuum', 2],
  ['cache_size', -65536],
  ['wal_autocheckpoint', 1000],
])('opens with %s = %s, and it stays so after a commit and on the next start', async (name, value) => {
  const file = join(temporaryFolder(), 'router.db')
  const first = await openTemporary(file)
  await first.transaction((tx) => tx.run(sql`create table t (a integer)`))
  const ask = raw(`pragma ${name}`)
  expect(Object.values((await first.transaction((tx) => tx.get<object>(ask))) ?? {})[0]).toBe(value)
  await first.close()
  const second = await openTemporary(file)
  expect(Object.values((await second.transaction((tx) => tx.get<object>(ask))) ?? {})[0]).toBe(value)
})

it('tells what it opened', async () => {
  const file = join(temporaryFolder(), 'new/router.db')
  const db = await openTemporary(`file:${file}`)
  expect(db.info).toEqual({
    file,
    sqliteVersion: expect.stringMatching(/^3\.\d+\.\d+$/),
    bytes: 4096,
    quickCheck: 'ok',
  })
})

it('gives rows the ids of the database and returns numbers, texts and nulls as they were', async () => {
  const db = await openTemporary(join(temporaryFolder(), 'router.db'))
  await db.transaction((tx) => tx.run(sql`create table t (id integer primary key, a integer, b text) strict`))
  const written = await db.transaction(async (tx) => [
    await tx.run(sql`insert into t (a, b) values (${1_795_000_000_000}, ${"it's ?"})`),
    await tx.run(sql`insert into t (a, b) values (${null}, ${'__proto__'})`),
    await tx.run(sql`update t set a = ${7} where a is null`),
  ])
  expect(written).toMatchObject([{ changes: 1, id: 1 }, { changes: 1, id: 2 }, { changes: 1 }])
  expect(await db.reader.all(sql`select * from t`)).toEqual([
    { id: 1, a: 1_795_000_000_000, b: "it's ?" },
    { id: 2, a: 7, b: '__proto__' },
  ])
})

it('goes on after more different queries than it keeps prepared', async () => {
  const db = await openTemporary(join(temporaryFolder(), 'router.db'))
  for (let n = 0; n < 1_200; n++) expect(await db.reader.get(raw(`select ${n} as n`))).toEqual({ n })
  expect(await db.reader.get(sql`select 0 as n`)).toEqual({ n: 0 })
})

describe('the reader', () => {
  it('sees what is committed and nothing else', async () => {
    const db = await openTemporary(join(temporaryFolder(), 'router.db'))
    await db.transaction((tx) => tx.run(sql`create table t (a integer)`))
    const count = () => db.reader.get(sql`select count(*) as n from t`)
    await db.transaction(async (tx) => {
      await tx.run(sql`insert into t values (1)`)
      expect(await count()).toEqual({ n: 0 })
    })
    expect(await count()).toEqual({ n: 1 })
  })

  it('cannot write', async () => {
    const db = await openTemporary(join(temporaryFolder(), 'router.db'))
    await db.transaction((tx) => tx.run(sql`create table t (a integer)`))
    await expect(db.reader.run(sql`insert into t values (1)`)).rejects.toThrow(/use transaction/)
    await expect(db.reader.all(sql`insert into t values (1) returning a`)).rejects.toMatchObject({
      code: 'unavailable',
    })
  })
})

describe('one process per file', () => {
  it('refuses a second one until the first is gone, even by kill -9', async () => {
    const file = join(temporaryFolder(), 'router.db')
    const holder = startChild('hold', file)
    await holder.printed(1)
    await expect(openSqlite({ file, now: Date.now })).rejects.toThrow(
      `The database ${file} is in use by another process, which holds ${file}.lock. Stop that process first`,
    )
    holder.kill()
    expect(await holder.ended()).toBe(null)
    await openTemporary(file)
  })

  it('keeps its lock when an open within the same process is refused', async () => {
    const file = join(temporaryFolder(), 'router.db')
    await openTemporary(file)
    await expect(openSqlite({ file, now: Date.now })).rejects.toThrow(/in use/)
    const other = startChild('try', file)
    await other.printed(1)
    expect(other.lines[0]).toMatch(/in use by another process/)
  })

  it('says in a sentence that the lock cannot be taken at all', async () => {
    const file = join(temporaryFolder(), 'router.db')
    mkdirSync(`${file}.lock`)
    await expect(openSqlite({ file, now: Date.now })).rejects.toMatchObject({
      name: 'DatabaseUnusableError',
      message: expect.stringMatching(/lock .*router\.db\.lock of the database could not be taken: unable to open/),
    })
  })

  it('gives the file back on close', async () => {
    const file = join(temporaryFolder(), 'router.db')
    await (await openTemporary(file)).close()
    await openTemporary(file)
  })
})

describe('a file that is taken away', () => {
  const count = (db: SqliteDatabase) => db.reader.get<{ n: number }>(sql`select count(*) as n from t`)

  it('takes nothing until it is back', async () => {
    const file = join(temporaryFolder(), 'router.db')
    const db = await openTemporary(file)
    await db.transaction((tx) => tx.run(sql`create table t (a integer)`))
    const insert = () => db.transaction((tx) => tx.run(sql`insert into t values (1)`))
    await insert()
    renameSync(file, `${file}.away`)
    await expect(insert()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('put it back'),
    })
    writeFileSync(file, '')
    await expect(insert(), 'another file of that name').rejects.toMatchObject({ code: 'unavailable' })
    renameSync(`${file}.away`, file)
    await insert()
    expect(await count(db)).toEqual({ n: 2 })
  })

  it('is not answered for when it was deleted', async () => {
    const file = join(temporaryFolder(), 'router.db')
    const db = await openTemporary(file)
    rmSync(file)
    await expect(db.transaction(async () => 'kept')).rejects.toMatchObject({ code: 'unavailable' })
  })
})

it('waits for the lock of another program once, not once for each who comes', async () => {
  const file = join(temporaryFolder(), 'router.db')
  const db = await openTemporary(file)
  const other = new SqliteDriver(file)
  onTestFinished(() => void other.close())
  other.exec('begin immediate')
  const busy = { code: 'unavailable', message: expect.stringContaining('Another program') }
  const began = performance.now()
  for (let n = 0; n < 20; n++) await expect(db.transaction(async () => 'kept')).rejects.toMatchObject(busy)
  expect(performance.now() - began, 'waiting each time takes 5 s').toBeLessThan(2_000)
  other.exec('rollback')
  await expect(db.transaction(async () => 'kept')).resolves.toBe('kept')
  const timeout = await db.transaction((tx) => tx.get(sql`pragma busy_timeout`))
  expect(timeout).toEqual({ timeout: 250 })
})

describe('a file that cannot be used', () => {
  it('is named when it is no database', async () => {
    const file = join(temporaryFolder(), 'router.db')
    writeFileSync(file, 'certainly not a database, but long enough to look at: '.repeat(20))
    await expect(openSqlite({ file, now: Date.now })).rejects.toThrow(
      `${file} could not be opened: file is not a database`,
    )
  })

  it('is named when its folder cannot be made', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    const opening = openSqlite({ file: join(folder, 'file/router.db'), now: Date.now })
    await expect(opening).rejects.toMatchObject({
      name: 'DatabaseUnusableError',
      message: expect.stringMatching(/folder/),
    })
  })

  it('is refused when it is damaged, and the lock is given back', async () => {
    const file = join(temporaryFolder(), 'router.db')
    const db = await openTemporary(file)
    await db.transaction(async (tx) => {
      await tx.run(sql`create table t (a text)`)
      for (let n = 0; n < 100; n++) await tx.run(sql`insert into t values (${'x'.repeat(1000)})`)
    })
    await db.close()
    damage(file)
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(openSqlite({ file, now: Date.now })).rejects.toThrow(/damaged|could not be opened: .*malformed/)
    }
  })
})

function damage(file: string): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(4096 * 20, 0xa5), 0, 4096 * 20, 4096 * 3)
  closeSync(handle)
}

describe('pruning', () => {
  async function parents() {
    const { db } = { db: await openTemporary(join(temporaryFolder(), 'router.db')) }
    await db.transaction((tx) =>
      tx.script(`
        create table parent (id integer primary key);
        create table child (parent_id integer references parent (id));
        insert into parent values (1), (2); insert into child values (1);`),
    )
    return db
  }

  it('does not look for rows that refer to what it deletes, and everybody after it does', async () => {
    const db = await parents()
    const refused = { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' }
    const results = await Promise.allSettled([
      db.transaction((tx) => tx.run(sql`delete from parent where id = 1`)),
      db.prune((tx) => tx.run(sql`delete from parent where id = 1`)),
      db.transaction((tx) => tx.run(sql`insert into child values (3)`)),
    ])
    expect(results).toMatchObject([
      { status: 'rejected', reason: refused },
      { status: 'fulfilled', value: { changes: 1 } },
      { status: 'rejected', reason: refused },
    ])
  })

  it('looks again after it failed', async () => {
    const db = await parents()
    const poison = new Error('poison')
    await expect(
      db.prune(async () => {
        throw poison
      }),
    ).rejects.toBe(poison)
    await expect(db.transaction((tx) => tx.run(sql`delete from parent where id = 1`))).rejects.toThrow(/FOREIGN KEY/)
  })
})

describe('giving room back', () => {
  it('shrinks the file step by step, down to one free page in twenty', async () => {
    const file = join(temporaryFolder(), 'router.db')
    const db = await openTemporary(file)
    await db.transaction(async (tx) => {
      await tx.run(sql`create table t (a text)`)
      for (let n = 0; n < 500; n++) await tx.run(sql`insert into t values (${'x'.repeat(4_000)})`)
    })
    const pages = async () => (await db.reader.get<{ page_count: number }>(sql`pragma page_count`))?.page_count ?? 0
    const before = await pages()
    await db.transaction((tx) => tx.run(sql`delete from t where rowid % 2 = 0`))
    const left: number[] = []
    for (let more = await db.shrink(64); more > 0; more = await db.shrink(64)) left.push(more)
    expect(left.length).toBeGreaterThan(2)
    expect(left).toEqual(left.toSorted((a, b) => b - a))
    expect(await pages()).toBeLessThan(before * 0.6)
    const free = await db.reader.get<{ freelist_count: number }>(sql`pragma freelist_count`)
    expect((free?.freelist_count ?? 0) / (await pages())).toBeCloseTo(1 / 20, 2)
    expect(await db.reader.get(sql`pragma integrity_check`)).toEqual({ integrity_check: 'ok' })
  })

  it('leaves a file alone that was made without that', async () => {
    const file = join(temporaryFolder(), 'router.db')
    const old = new SqliteDriver(file)
    old.exec('create table t (a text)')
    old.close()
    const db = await openTemporary(file)
    await db.transaction(async (tx) => {
      for (let n = 0; n < 100; n++) await tx.run(sql`insert into t values (${'x'.repeat(4_000)})`)
      await tx.run(sql`delete from t`)
    })
    expect(await db.shrink(64)).toBe(0)
  })
})
