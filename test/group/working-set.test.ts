/** The order in which groups are due: however often it changes, each is met once, at its last time, and nothing piles up. */
import { describe, expect, it } from 'vitest'
import { GroupWorkingSet } from '../../src/group/working-set.ts'
import { aGroup, aVersion } from '../rows.ts'
import { openForTest, stores } from '../stores.ts'

const GROUPS = 1_000
const TIMES = 100
const HOUR = 3_600_000

describe.each(stores)('$name: groups filed anew again and again', (store) => {
  it('keep a short queue, and are due once each, at the time that was said last', async () => {
    const { db } = await openForTest(store)
    const groups = new GroupWorkingSet()
    const lives = await db.transaction(async (tx) => {
      const versionId = await aVersion(tx)
      const all = Array.from({ length: GROUPS }, (_, n) => aGroup(n + 1, versionId))
      for (const life of all) await groups.create(tx, life)
      return all
    })
    let longest = 0
    for (let minute = 0; minute < TIMES; minute++) {
      for (const life of lives) groups.schedule(life, minute * 60_000 + HOUR + life.id)
      longest = Math.max(longest, groups.filed)
    }
    expect(longest).toBeGreaterThanOrEqual(GROUPS)
    expect(longest).toBeLessThan(4 * GROUPS)
    const last = (TIMES - 1) * 60_000 + HOUR
    expect(groups.nextDueAt()).toBe(last + 1)
    const take = (now: number) =>
      db.transaction((tx) => groups.takeDue(tx, now, { groups: 2 * GROUPS, members: GROUPS }))
    expect(await take(last)).toEqual([])
    expect((await take(last + GROUPS)).map(({ id }) => id)).toEqual(lives.map(({ id }) => id))
    expect([await take(Number.MAX_SAFE_INTEGER), groups.nextDueAt()]).toEqual([[], null])
  })
})
