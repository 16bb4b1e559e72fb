/** Shared commits: one for many works, and what each caller hears when one of them, or the disk, fails. */
import { readFile } from 'node:fs/promises'
import { setImmediate, setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/db/database.ts'
import { insert, numbers, openNumbers } from './numbers.ts'
import { countCommits, openTemporary } from './temporary.ts'

describe('sharing', () => {
  it('commits the works of one turn together, in order, at one time', async () => {
    let now = 0
    const { db, file } = await openNumbers(() => ++now)
    const before = countCommits(file)
    const seen = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        db.transaction(async (tx) => {
          await insert(n)(tx)
          return { now: tx.now, count: await tx.get(sql`select count(*) as n from number`) }
        }),
      ),
    )
    expect(seen.map((one) => one.count)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }])
    expect(new Set(seen.map((one) => one.now)).size).toBe(1)
    expect(countCommits(file) - before).toBe(1)
  })

  it('cuts a commit at 2,000', async () => {
    const { db, file } = await openNumbers()
    const before = countCommits(file)
    await Promise.all([1, 2, 3, 4, 5].map((n) => db.transaction(insert(n), 999)))
    expect(countCommits(file) - before).toBe(2)
  })

  it('tells what waits and since when', async () => {
    let now = 1_000
    const { db } = await openNumbers(() => now)
    expect(db.backlog()).toEqual({ weight: 0, ageMs: 0 })
    const first = db.transaction(insert(1), 20)
    now = 1_030
    const second = db.transaction(insert(2), 3)
    now = 1_050
    expect(db.backlog()).toEqual({ weight: 23, ageMs: 50 })
    await Promise.all([first, second])
    expect(db.backlog()).toEqual({ weight: 0, ageMs: 0 })
  })

  it('commits what waits before it closes, and takes nothing after that', async () => {
    const { db, file } = await openNumbers()
    const last = db.transaction(insert(1))
    const closed = db.close()
    await expect(db.transaction(insert(2))).rejects.toMatchObject({ code: 'unavailable' })
    await Promise.all([last, closed])
    expect(await numbers(await openTemporary(file))).toEqual([1])
  })
})

describe('a work that fails', () => {
  it('fails alone, with its own error, and caches are read again', async () => {
    const { db } = await openNumbers()
    const reloaded: unknown[] = []
    db.onRollback(async (tx) => void reloaded.push(await tx.all(sql`select n from number`)))
    const poison = new Error('poison')
    const results = await Promise.allSettled([
      db.transaction(insert(1)),
      db.transaction(async (tx) => {
        await insert(2)(tx)
        throw poison
      }),
      db.transaction(insert(3)),
    ])
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: poison },
      { status: 'fulfilled' },
    ])
    expect(await numbers(db)).toEqual([1, 3])
    // Once after the shared transaction, of which nothing was kept, and once after the poison's own.
    expect(reloaded).toEqual([[], [{ n: 1 }]])
  })

  it('fails alone when the commit itself finds the fault', async () => {
    const { db } = await openNumbers()
    await db.transaction((tx) =>
      tx.script('create table child (n integer references number (n) deferrable initially deferred)'),
    )
    const results = await Promise.allSettled([
      db.transaction(insert(1)),
      db.transaction((tx) => tx.run(sql`insert into child values (99)`)),
    ])
    expect(results).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } },
    ])
    expect(await numbers(db)).toEqual([1])
  })

  it('may handle an error of one statement and go on', async () => {
    const { db } = await openNumbers()
    await db.transaction(insert(1))
    await db.transaction(async (tx) => {
      await insert(1)(tx).catch(() => {})
      await insert(2)(tx)
    })
    expect(await numbers(db)).toEqual([1, 2])
  })

  it('leaves table and cache with exactly the works that were confirmed, whatever fails', async () => {
    const { db } = await openNumbers()
    let cache = new Set<number>()
    db.onRollback(async (tx) => {
      cache = new Set((await tx.all<{ n: number }>(sql`select n from number`)).map((row) => row.n))
    })
    let next = 0
    const turn = fc.array(fc.constantFrom('keep', 'fail before', 'fail after'), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(turn, async (works) => {
        const confirmed = new Set(cache)
        await Promise.all(
          works.map(async (kind) => {
            const n = ++next
            const work = async (tx: Tx) => {
              if (kind === 'fail before') throw new Error(kind)
              await insert(n)(tx)
              cache.add(n)
              if (kind === 'fail after') throw new Error(kind)
            }
            const kept = await db.transaction(work).then(
              () => true,
              () => false,
            )
            expect(kept).toBe(kind === 'keep')
            if (kept) confirmed.add(n)
          }),
        )
        expect(cache).toEqual(confirmed)
        expect(new Set(await numbers(db))).toEqual(confirmed)
      }),
      { numRuns: 50 },
    )
  })
})

describe('misuse', () => {
  it('refuses a transaction inside a transaction', async () => {
    const { db } = await openNumbers()
    await expect(db.transaction(() => db.transaction(insert(1)))).rejects.toThrow(/asked for inside another one/)
    expect(await numbers(db)).toEqual([])
  })

  it('allows a transaction to what was begun inside one, once that has ended', async () => {
    const { db } = await openNumbers()
    let later: Promise<unknown> = Promise.resolve()
    await db.transaction(async () => {
      later = setImmediate().then(() => db.transaction(insert(1)))
    })
    await later
    expect(await numbers(db)).toEqual([1])
  })

  it('refuses a tx whose transaction has ended', async () => {
    const { db } = await openNumbers()
    const kept = await db.transaction(async (tx) => tx)
    await expect(insert(1)(kept)).rejects.toThrow(/has ended/)
  })

  it.each([
    ['a timer', () => setTimeout(0)],
    ['the next turn', () => setImmediate()],
    ['a file', () => readFile(import.meta.filename)],
    ['a tick', () => new Promise<void>((resolve) => process.nextTick(resolve))],
  ])('fails a work that awaits %s, alone, and refuses its tx from then on', async (_, somethingElse) => {
    const { db } = await openNumbers()
    const late: Promise<unknown>[] = []
    const results = await Promise.allSettled([
      db.transaction(async (tx) => {
        await insert(1)(tx)
        await somethingElse()
        const after = insert(2)(tx)
        late.push(after)
        await after
      }),
      db.transaction(insert(3)),
    ])
    expect(results).toMatchObject([
      { status: 'rejected', reason: { message: expect.stringMatching(/may await nothing but its own statements/) } },
      { status: 'fulfilled' },
    ])
    await expect.poll(() => late.length).toBe(2)
    for (const one of await Promise.allSettled(late)) expect(one).toMatchObject({ status: 'rejected' })
    await db.transaction(insert(4))
    expect(await numbers(db)).toEqual([3, 4])
  })

  it('lets a work take as many microtasks as it likes', async () => {
    const { db } = await openNumbers()
    await db.transaction(async (tx) => {
      for (let n = 0; n < 10_000; n++) await Promise.resolve()
      await Promise.all([insert(1)(tx), insert(2)(tx)])
    })
    expect(await numbers(db)).toEqual([1, 2])
  })

  it('does not go on with the others when such a work ends at last', async () => {
    const { db } = await openNumbers()
    const timers: Promise<unknown>[] = []
    let runs = 0
    await Promise.allSettled([
      db.transaction(async () => {
        timers.push(setTimeout(1))
        await timers.at(-1)
      }),
      db.transaction(async () => {
        runs++
      }),
    ])
    await Promise.all(timers)
    await db.transaction(insert(1))
    expect(runs).toBe(1)
  })
})
