/** What goes and what stays after 90 days, and how little of the writer's time that takes. */
import sql, { raw } from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { Retention } from '../../src/history/retention.ts'
import { PARTITION_IDS, searchPartitions } from '../../src/history/search-store.ts'
import { Sweep } from '../../src/history/sweep.ts'
import { openForTest, stores } from '../stores.ts'
import { count, OldRows } from './old-rows.ts'
import { cases } from './retention-cases.ts'

const DAY_MS = 24 * 3_600_000

describe.each(stores)('$name', (store) => {
  /** A database with these rows, and retention run to its end. */
  async function swept<T>(write: (rows: OldRows) => Promise<T>) {
    const { db, clock } = await openForTest(store)
    await clock.advance(365 * DAY_MS, async () => {})
    const written = await db.transaction(async (tx) => {
      const rows = await OldRows.begin(tx)
      return write(rows)
    })
    const deleted = new Map<string, number>()
    const retention = new Retention({
      db,
      retentionMs: 90 * DAY_MS,
      deleted: (table, rows) => deleted.set(table, (deleted.get(table) ?? 0) + rows),
      shrink: async () => 0,
    })
    let steps = 0
    for (let next = await retention.run(); next < clock.now() + 3_600_000; steps++) {
      await clock.advance(next - clock.now(), async () => {})
      next = await retention.run()
    }
    const counts = (table: string, column: string, id: number) => db.transaction((tx) => count(tx, table, column, id))
    return { db, written, deleted, steps, counts }
  }

  it.each(cases)('%s %s %s', async (table, _, fate, write) => {
    const { written, counts, deleted } = await swept(async (rows) => {
      const id = await write(rows)
      await rows.today()
      return id
    })
    expect(await counts(table, 'id', written)).toBe(fate === 'stays' ? 1 : 0)
    expect(deleted.get(table) ?? 0).toBeGreaterThanOrEqual(fate === 'stays' ? 0 : 1)
  })

  it('takes notes, attempts, told and no-reasons along, and leaves those of what stays', async () => {
    const { written, counts, deleted } = await swept(async (rows) => {
      const gone = { group: await rows.group(), episode: await rows.episode({}), notification: 0 }
      gone.notification = await rows.notification({ group: gone.group })
      const stays = { group: await rows.group(), episode: await rows.episode({ closed: 80 }), notification: 0 }
      stays.notification = await rows.notification({ group: stays.group, state: 'dead' })
      await rows.note(gone.episode)
      await rows.note(stays.episode)
      await rows.today()
      return { gone, stays }
    })
    const those = async ({ group, episode, notification }: typeof written.gone) => ({
      told: await counts('told', 'group_id', group),
      noReasons: await counts('no_reason', 'group_id', group),
      notes: await counts('episode_note', 'episode_id', episode),
      attempts: await counts('attempt', 'notification_id', notification),
    })
    expect(await those(written.gone)).toEqual({ told: 0, noReasons: 0, notes: 0, attempts: 0 })
    expect(await those(written.stays)).toEqual({ told: 1, noReasons: 1, notes: 1, attempts: 1 })
    expect(Object.fromEntries(deleted)).toEqual({
      ...{ episode: 1, episode_note: 1, notification: 1, attempt: 1, alert_group: 1, told: 1, no_reason: 1 },
    })
  })

  it('keeps the newest row of each table, so that its id is not given again', async () => {
    const { written, counts } = await swept(async (rows) => {
      const group = await rows.group()
      const newest = await rows.group()
      return {
        alert_group: newest,
        notification: [await rows.notification({ group }), await rows.notification({ group })][1] ?? 0,
        episode: [await rows.episode({}), await rows.episode({})][1] ?? 0,
        request: [await rows.request(95), await rows.request(95)][1] ?? 0,
      }
    })
    for (const [table, id] of Object.entries(written)) expect(await counts(table, 'id', id), table).toBe(1)
  })

  it('lets go of what a dead letter says has taken its place', async () => {
    const { written, counts, db } = await swept(async (rows) => {
      const group = await rows.group({ ended: null })
      const newer = await rows.notification({ group })
      const dead = await rows.notification({ group, state: 'dead', by: newer })
      await rows.today()
      return { newer, dead }
    })
    expect(await counts('notification', 'id', written.newer)).toBe(0)
    expect(await db.reader.get(sql`select superseded_by from notification where id = ${written.dead}`)).toEqual({
      superseded_by: null,
    })
  })

  it('goes on beyond rows from a time when the clock was wrong, and does no more than 500 rows a step', async () => {
    const { deleted, steps } = await swept(async (rows) => {
      for (let n = 0; n < 700; n++) await rows.episode({})
      await rows.episode({ received: -1_000, closed: -1_001 })
      for (let n = 0; n < 700; n++) await rows.episode({})
      await rows.today()
    })
    expect(deleted.get('episode')).toBe(1_400)
    expect(steps).toBeGreaterThanOrEqual(3)
  })

  it('keeps what is named by a letter that was decided and given up on while it was at work', async () => {
    const { db } = await openForTest(store)
    const { rows, group } = await db.transaction(async (tx) => {
      const written = await OldRows.begin(tx)
      return { rows: written, group: await written.group({ ended: null }) }
    })
    const episode = await db.transaction(async (tx) => {
      const id = await rows.in(tx).episode({ groups: [group] })
      await rows.in(tx).today()
      return id
    })
    let first = true
    const sweep = new Sweep(
      {
        ...db,
        transaction: (work, weight) =>
          db.transaction(async (tx) => {
            if (first) await rows.in(tx).notification({ group, state: 'dead', names: [episode] })
            first = false
            return work(tx)
          }, weight),
      },
      db.now() - 90 * DAY_MS,
      () => {},
    )
    for await (const _ of sweep.run());
    expect(await db.reader.get(sql`select id from episode where id = ${episode}`)).toEqual({ id: episode })
  })

  it('drops a part of the search index when next to nothing in it is left', async () => {
    const { db } = await swept(async (rows) => {
      await rows.episode({})
      await rows.episode({ state: 'open', closed: null })
      rows.skipTo(2 * PARTITION_IDS)
      await rows.episode({ received: 95, closed: 85 })
      rows.skipTo(3 * PARTITION_IDS)
      await rows.today()
      await rows.index()
    })
    expect((await searchPartitions(db.reader)).map(({ number }) => number)).toEqual([3])
  })

  it('keeps a part of the search index in which many are left', async () => {
    const { db } = await swept(async (rows) => {
      for (let n = 0; n < 2_001; n++) await rows.episode({ closed: 85 })
      rows.skipTo(PARTITION_IDS)
      await rows.today()
      await rows.index()
    })
    expect((await searchPartitions(db.reader)).map(({ number }) => number)).toEqual([1, 0])
  })

  it('comes again after an error, not at once', async () => {
    const { db, clock } = await openForTest(store)
    const broken = { ...db, reader: { ...db.reader, all: () => Promise.reject(new Error('disk')) } }
    const retention = new Retention({ db: broken, retentionMs: DAY_MS, deleted: () => {}, shrink: async () => 0 })
    const first = await retention.run()
    await clock.advance(first - clock.now(), async () => {})
    await expect(retention.run()).rejects.toThrow('disk')
    expect(await retention.run()).toBe(clock.now() + 10_000)
  })
})

const sqlite = stores.filter(({ name }) => name === 'sqlite')

it.each(sqlite)(
  'knows every table that refers to links or documents: those go without a look at who does',
  async (store) => {
    const { db } = await openForTest(store)
    const referring = await db.reader.all<{ name: string; parent: string }>(sql`
    select distinct t.name, k."table" as parent from sqlite_schema t, pragma_foreign_key_list(t.name) k
    where t.type = 'table' and k."table" in ('generator', 'team_version') order by k."table", t.name`)
    expect(referring.map(({ name, parent }) => `${name} -> ${parent}`)).toEqual([
      'episode -> generator',
      'alert_group -> team_version',
      'destination -> team_version',
      'notification -> team_version',
      'team -> team_version',
    ])
  },
)

it.each(sqlite)('$name: finds by an index who refers to what goes with a look', async (store) => {
  const { db } = await openForTest(store)
  const references = await db.reader.all<{ child: string; column: string }>(sql`
    select t.name as child, k."from" as column from sqlite_schema t, pragma_foreign_key_list(t.name) k
    where t.type = 'table' and k."table" in ('episode', 'notification', 'alert_group')`)
  expect(references.map(({ child }) => child)).toContain('notification')
  for (const { child, column } of references) {
    const plan = await db.reader.all<{ detail: string }>(
      sql`explain query plan select 1 from ${raw(child)} where ${raw(column)} = ${1}`,
    )
    expect(plan.map(({ detail }) => detail).join(), `${child}.${column}`).toMatch(/^SEARCH /)
  }
})
