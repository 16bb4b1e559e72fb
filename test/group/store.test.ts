/** Group lives on every store: timers and watermarks come back, the earliest due comes first, an ended life is gone. */
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/db/database.ts'
import { type GroupState, newGroup } from '../../src/group/state.ts'
import type { GroupLife } from '../../src/group/store.ts'
import { toldNothing } from '../../src/group/told.ts'
import { GroupWorkingSet } from '../../src/group/working-set.ts'
import { Outbox } from '../../src/notification/outbox.ts'
import { aGroup, aMember, aNotification, anEpisode, aVersion } from '../rows.ts'
import { openForTest, stores, type TestedStore } from '../stores.ts'

/** A working set of groups with two destinations (1 and 2) to tell. */
class Desk {
  readonly db: Database
  groups = new GroupWorkingSet()
  readonly outbox = new Outbox()
  readonly versionId: number

  constructor(db: Database, versionId: number) {
    this.db = db
    this.versionId = versionId
  }

  static async open(store: TestedStore): Promise<Desk> {
    const { db } = await openForTest(store)
    return db.transaction(async (tx) => {
      const desk = new Desk(db, await aVersion(tx))
      const common = { team: 'default', receiver: 'all', channel: 'webhook' as const, versionId: desk.versionId }
      for (const reference of ['https://a.test/', 'https://b.test/']) {
        await desk.outbox.ensureDestination(tx, { ...common, reference })
      }
      return desk
    })
  }

  async create(special: Partial<GroupLife> = {}, dueAt: number | null = null): Promise<GroupLife> {
    return this.db.transaction(async (tx) => {
      const group = aGroup(await this.groups.nextId(tx), this.versionId, special)
      await this.groups.create(tx, group)
      await this.groups.save(tx, group, newGroup, dueAt)
      return group
    })
  }

  /** Moves a group on, as a step would. */
  save(group: GroupLife, state: Partial<GroupState>, dueAt: number | null = null): Promise<void> {
    const before = group.state
    group.state = { ...before, ...state }
    return this.db.transaction((tx) => this.groups.save(tx, group, before, dueAt))
  }

  /** What a fresh process reads. */
  async reload(episodes = [anEpisode(1)]): Promise<void> {
    this.groups = new GroupWorkingSet()
    await this.groups.load(this.db.reader, episodes, this.outbox.everyPending())
  }

  due(now: number, groups = 10, members = 1_000): Promise<number[]> {
    const most = { groups, members }
    return this.db.transaction(async (tx) => (await this.groups.takeDue(tx, now, most)).map(({ id }) => id))
  }
}

describe.each(stores)('$name', (store) => {
  it('finds a life by key and by id, and reads it back', async () => {
    const desk = await Desk.open(store)
    const group = await desk.create({ routeId: 'page' })
    const state = { flushedSeq: 4, changedAt: 7, urgent: true, lastFlushAt: 6 }
    await desk.save(group, { ...state, seq: 4 })
    for (const reload of [false, true]) {
      if (reload) await desk.reload()
      const { team, routeId, labelsText, about } = group
      const [byKey, byId, other] = await desk.db.transaction(async (tx) => [
        await desk.groups.find(tx, { team, routeId, labelsText, about }),
        await desk.groups.get(tx, group.id),
        await desk.groups.find(tx, { team, routeId: 'rest', labelsText, about }),
      ])
      expect(byKey).toEqual(group)
      expect(byId).toBe(byKey)
      expect(other).toBeUndefined()
    }
    expect(desk.groups.count()).toBe(1)
    expect(await desk.db.transaction((tx) => desk.groups.nextId(tx))).toBe(2)
  })

  it('keeps the watermarks of each destination', async () => {
    const desk = await Desk.open(store)
    const group = await desk.create()
    const heard = { ...toldNothing, firingUpto: 3, resolvedUpto: 2, deadUpto: 1, toldAt: 50, repeatFrom: 60 }
    await desk.save(group, { told: new Map([[1, heard]]) })
    const more = { ...heard, resolvedUpto: 3, repeatFrom: null }
    await desk.save(group, {
      told: new Map([
        [1, more],
        [2, { ...toldNothing, deadUpto: 3 }],
      ]),
    })
    await desk.reload()
    const [life] = desk.groups.everyLife()
    expect(life?.state.told).toEqual(
      new Map([
        [1, more],
        [2, { ...toldNothing, deadUpto: 3 }],
      ]),
    )
    expect(life?.state.seq, 'never behind a number that was given out').toBe(3)
  })

  it('takes its members and what is under way back from the rows that hold them', async () => {
    const desk = await Desk.open(store)
    const group = await desk.create()
    const pending = await desk.db.transaction((tx) => desk.outbox.enqueue(tx, aNotification(group, 1, { upto: 8 })))
    const member = {
      groupId: group.id,
      joined: 9,
      closed: null,
      versionId: desk.versionId,
      carried: [],
      unreleased: false,
    }
    await desk.reload([
      anEpisode(4, { memberships: [{ ...member, episodeId: 4 }] }),
      anEpisode(5, { memberships: [{ ...member, episodeId: 5, closed: 10, unreleased: true }] }),
      anEpisode(6, { memberships: [{ ...member, episodeId: 6, groupId: 99 }] }),
    ])
    const [life] = desk.groups.everyLife()
    expect(life?.state.told.get(1)?.live).toEqual({ id: pending.id, upto: 8, news: true, held: false })
    expect([...(life?.members.keys() ?? [])]).toEqual([4])
    expect(life?.state.seq).toBe(9)
    expect([desk.groups.hasMember(group.id, 4), desk.groups.hasMember(group.id, 5)]).toEqual([true, false])
    desk.groups.hold(group.id, 1)
    expect([...desk.groups.everyLife()][0]?.state.told.get(1)?.live?.held).toBe(true)
  })

  it('counts what is owed', async () => {
    const desk = await Desk.open(store)
    const group = await desk.create()
    const heard = { ...toldNothing, firingUpto: 2 }
    await desk.save(group, {
      told: new Map([
        [1, heard],
        [2, heard],
      ]),
    })
    const member = { groupId: group.id, versionId: desk.versionId, carried: [], unreleased: false }
    group.members.set(1, { ...member, episodeId: 1, joined: 1, closed: 3 })
    group.members.set(2, { ...member, episodeId: 2, joined: 2, closed: null })
    expect(desk.groups.countDebts()).toBe(2)
  })

  it('hands out what is due, earliest first, and each once', async () => {
    const desk = await Desk.open(store)
    const late = await desk.create({}, 300)
    const early = await desk.create({}, 100)
    const never = await desk.create({}, null)
    expect(desk.groups.nextDueAt()).toBe(100)
    expect(await desk.due(99)).toEqual([])
    expect(await desk.due(300, 1)).toEqual([early.id])
    expect(await desk.due(300)).toEqual([late.id])
    expect(await desk.due(1_000_000)).toEqual([])
    expect([desk.groups.nextDueAt(), never.stored]).toEqual([null, true])
  })

  it('hands out no more groups at once than their members allow, and always one', async () => {
    const desk = await Desk.open(store)
    const ids: number[] = []
    for (const at of [100, 200, 300]) {
      const { id, members } = await desk.create({}, at)
      ids.push(id)
      for (let episodeId = 1; episodeId <= 10; episodeId++) members.set(episodeId, aMember(episodeId, id))
    }
    expect(await desk.due(300, 10, 11)).toEqual(ids.slice(0, 2))
    expect(await desk.due(300, 10, 1)).toEqual(ids.slice(2))
  })

  it('counts only the latest time a group was given', async () => {
    const desk = await Desk.open(store)
    const group = await desk.create({}, 100)
    await desk.save(group, {}, 500)
    expect(await desk.due(499)).toEqual([])
    await desk.save(group, {}, 200)
    expect(desk.groups.nextDueAt()).toBe(200)
    await desk.save(group, {}, null)
    expect([desk.groups.nextDueAt(), await desk.due(500)]).toEqual([null, []])
    desk.groups.schedule(group, 200)
    expect(await desk.due(500)).toEqual([group.id])
  })

  it('forgets an ended life, whose key may begin anew', async () => {
    const desk = await Desk.open(store)
    const group = await desk.create({}, 100)
    await desk.db.transaction((tx) => desk.groups.end(tx, group))
    expect([desk.groups.count(), desk.groups.nextDueAt()]).toEqual([0, null])
    expect(await desk.db.transaction((tx) => desk.groups.find(tx, group))).toBeUndefined()
    await desk.reload()
    expect(desk.groups.count()).toBe(0)
    const next = await desk.create({ labels: group.labels })
    expect(next.id).toBeGreaterThan(group.id)
    const { ended_at: endedAt } = (await desk.db.reader.get<{ ended_at: number }>(
      sql`select ended_at from alert_group where id = ${group.id}`,
    )) ?? { ended_at: null }
    expect(endedAt).toBe(desk.db.now())
  })

  it('notes the version that took it over', async () => {
    const desk = await Desk.open(store)
    const group = await desk.create()
    const versionId = await desk.db.transaction((tx) => aVersion(tx))
    await desk.db.transaction((tx) => desk.groups.saveVersion(tx, group, versionId))
    await desk.reload()
    expect([...desk.groups.everyLife()]).toMatchObject([{ versionId }])
  })

  it('collapses equal no-reasons into first, last and a count', async () => {
    const opened = await openForTest(store)
    const groups = new GroupWorkingSet()
    const { db, clock } = opened
    const began = clock.now()
    const group = await db.transaction(async (tx) => {
      const versionId = await aVersion(tx)
      const common = { team: 'default', receiver: 'all', channel: 'slack' as const, versionId }
      await new Outbox().ensureDestination(tx, { ...common, reference: 'env:DEFAULT_A' })
      const life = aGroup(1, versionId)
      await groups.create(tx, life)
      await groups.save(tx, life, newGroup, null)
      return life
    })
    for (const noReason of ['already-told', 'resolve-not-wanted', 'already-told', 'already-told'] as const) {
      await db.transaction((tx) => groups.recordNoReason(tx, group, 1, noReason))
      await clock.advance(1_000, async () => {})
    }
    const rows = await db.reader.all(sql`
      select no_reason, first_at - ${began} as first, last_at - ${began} as last, count from no_reason order by no_reason`)
    expect(rows).toEqual([
      { no_reason: 'already-told', first: 0, last: 3_000, count: 3 },
      { no_reason: 'resolve-not-wanted', first: 1_000, last: 1_000, count: 1 },
    ])
  })
})
