/** The search index keeps up, survives what happens to a database, and is made anew where it is missing. */
import { describe, expect, it } from 'vitest'
import type { Database, Queryable } from '../../src/db/database.ts'
import { SearchIndex } from '../../src/history/search-index.ts'
import {
  countUnindexed,
  dropPartitionBelow,
  indexEpisodes,
  indexTeams,
  mergePartition,
} from '../../src/history/search-index-store.ts'
import { matchIds, PARTITION_IDS, searchPartitions } from '../../src/history/search-store.ts'
import { rigOn } from '../rig.ts'
import { openForTest, stores, undone } from '../stores.ts'
import { index, insert, type Searched, someEpisodes } from './searched.ts'

const partitions = async (db: Queryable) =>
  (await searchPartitions(db)).map(({ number, indexedUpto }) => [number, indexedUpto])

const run = (db: Database, sql: string) => db.transaction((tx) => tx.run({ sql, text: sql, values: [] }))

const everyId = { low: 0, below: Number.MAX_SAFE_INTEGER }
const foundBy = (db: Queryable, term: string, partition = 0) => matchIds(db, partition, [[term]], everyId, 10_000)

/** Of the ids in a partition, those with this source, highest first. */
const idsIn = (all: readonly Searched[], partition: number, source = 'default') =>
  all
    .filter((one) => Math.floor(one.episode.id / PARTITION_IDS) === partition && one.source === source)
    .map(({ episode }) => episode.id)
    .sort((a, b) => b - a)

describe.each(stores)('$name', (store) => {
  it('takes in the oldest first, and says how far it came', async () => {
    const { db } = await openForTest(store)
    const all = someEpisodes(1_000, 1)
    await insert(db, all)
    expect(await countUnindexed(db.reader)).toBeGreaterThanOrEqual(all.length)
    expect(await db.transaction((tx) => indexEpisodes(tx, 100))).toBe(100)
    expect(await partitions(db.reader)).toEqual([[0, all[99]?.episode.id]])
    await index(db)
    expect(await partitions(db.reader)).toEqual([
      [3, all.at(-1)?.episode.id],
      [1, 2 * PARTITION_IDS - 1],
      [0, PARTITION_IDS - 1],
    ])
    for (const partition of [0, 1, 3]) {
      expect(await foundBy(db.reader, '@source=default', partition)).toEqual(idsIn(all, partition))
    }
    expect(await db.transaction((tx) => indexEpisodes(tx, 100))).toBe(0)
  })

  it('waits for a storm of new alerts to pass, unless it would be left too far behind', async () => {
    const { db } = await openForTest(store)
    const all = someEpisodes(100, 1)
    await insert(db, all)
    let last = 0
    const opened = await SearchIndex.open(db, () => last)
    last = 3_000
    expect(await opened.run()).toBe(db.now() + 1_000)
    expect(await partitions(db.reader), 'nothing was taken in').toEqual([])
    last = 400_000
    await opened.run()
    expect(await countUnindexed(db.reader), 'too far behind to wait').toBe(0)
  })

  it('takes in what came once the storm is over', async () => {
    const { db } = await openForTest(store)
    await insert(db, someEpisodes(100, 1))
    let last = 0
    const opened = await SearchIndex.open(db, () => last)
    last = 3_000
    await opened.run()
    last = 3_500
    await opened.run()
    expect(await countUnindexed(db.reader)).toBe(0)
  })

  it('finds within bounds, and at most what is asked for', async () => {
    const { db } = await openForTest(store)
    const all = someEpisodes(500, 1)
    await insert(db, all)
    await index(db)
    const ids = idsIn(all, 0)
    const [low, below] = [ids[99] as number, ids[9] as number]
    const find = (range: { low: number; below: number }, limit: number) =>
      matchIds(db.reader, 0, [['@source=default']], range, limit)
    expect(await find({ low, below }, 1_000)).toEqual(ids.slice(10, 100))
    expect(await find({ low, below }, 7)).toEqual(ids.slice(10, 17))
    expect(await find({ low: below, below }, 7)).toEqual([])
  })

  it('keeps terms and the mark of how far it came together, or neither', async () => {
    const { db } = await openForTest(store)
    const all = someEpisodes(300, 1)
    await insert(db, all)
    await undone(db, (tx) => indexEpisodes(tx, 100))
    expect(await partitions(db.reader)).toEqual([])
    await db.transaction((tx) => indexEpisodes(tx, 100))
    await undone(db, (tx) => indexEpisodes(tx, 100))
    expect(await partitions(db.reader)).toEqual([[0, all[99]?.episode.id]])
    expect(await foundBy(db.reader, '@source=default')).toEqual(idsIn(all.slice(0, 100), 0))
    await index(db)
    expect(await foundBy(db.reader, '@source=default')).toEqual(idsIn(all, 0))
  })

  it('merges what nothing more comes to, once', async () => {
    const { db } = await openForTest(store)
    const all = someEpisodes(2_000, 1)
    await insert(db, all)
    for (let taken = 1; taken > 0; ) taken = await db.transaction((tx) => indexEpisodes(tx, 30))
    const segments = () =>
      db.reader
        .all({ sql: 'select distinct segid from episode_fts_0_idx', text: '', values: [] })
        .then((rows) => rows.length)
    expect(await segments()).toBeGreaterThan(1)
    let steps = 0
    while (await db.transaction(mergePartition)) steps++
    expect(steps).toBeGreaterThanOrEqual(2)
    expect(await segments()).toBe(1)
    expect(await foundBy(db.reader, '@source=default')).toEqual(idsIn(all, 0))
    expect(await db.transaction(mergePartition)).toBe(false)
    const merged = { sql: 'select number from search_partition where merged = 1 order by number', text: '', values: [] }
    expect(await db.reader.all(merged)).toEqual([{ number: 0 }, { number: 1 }])
  })

  it('drops partitions that lie below an id, and never indexes what is left there', async () => {
    const { db } = await openForTest(store)
    const all = someEpisodes(500, 1)
    await insert(db, all)
    await index(db)
    const drop = (id: number) => db.transaction((tx) => dropPartitionBelow(tx, id))
    expect(await drop(PARTITION_IDS - 1)).toBe(false)
    expect(await drop(PARTITION_IDS)).toBe(true)
    expect(await drop(PARTITION_IDS)).toBe(false)
    await index(db)
    expect((await partitions(db.reader)).map(([number]) => number)).toEqual([3, 1])
    expect(await countUnindexed(db.reader)).toBe(0)
    expect(await drop(3 * PARTITION_IDS)).toBe(true)
    await index(db)
    expect((await partitions(db.reader)).map(([number]) => number)).toEqual([3])
  })

  it('learns of new teams of an episode it has, not of one it will take in', async () => {
    const { db } = await openForTest(store)
    const all = someEpisodes(200, 1)
    await insert(db, all)
    await index(db, 0)
    await db.transaction((tx) => indexEpisodes(tx, 100))
    const [inside, outside] = [all[50]?.episode.id ?? 0, all[150]?.episode.id ?? 0]
    await db.transaction((tx) => indexTeams(tx, inside, ['new', 'Neu']))
    await db.transaction((tx) => indexTeams(tx, outside, ['new']))
    expect(await foundBy(db.reader, '@team=new')).toEqual([inside])
    expect(await foundBy(db.reader, '@team=^neu')).toEqual([inside])
  })

  it.each([
    ['its table', 'drop table episode_fts_0'],
    ['its list of terms', 'drop table episode_terms_0'],
    ['the mark of how far it came', 'delete from search_partition where number = 0'],
  ])('is made anew on start without %s', async (_, damage) => {
    const { db } = await openForTest(store)
    const all = someEpisodes(500, 1)
    await insert(db, all)
    await index(db)
    await run(db, damage)
    const opened = await SearchIndex.open(db, () => all.at(-1)?.episode.id ?? 0)
    expect(opened.unindexed()).toBeGreaterThan(0)
    await opened.run()
    expect(opened.unindexed()).toBe(0)
    expect((await partitions(db.reader)).map(([number]) => number)).toEqual([3, 1, 0])
    expect(await foundBy(db.reader, '@source=default')).toEqual(idsIn(all, 0))
  })

  it('takes in an episode that has the id of one that is gone', async () => {
    const { db } = await openForTest(store)
    const all = someEpisodes(500, 1)
    await insert(db, all)
    await index(db)
    const last = all[299] as Searched
    await run(db, `delete from episode where id > ${last.episode.id}`)
    const opened = await SearchIndex.open(db, () => last.episode.id)
    expect(await partitions(db.reader)).toEqual([[0, last.episode.id]])
    const again = `insert into episode select id + 1, source_id, fingerprint, '{"new":"one"}', annotations, generator_id,
      starts_at, latest_start_at, ends_at, state, close_reason, received_at, last_seen_at, closed_at, reopened, repeats,
      teams, ownership, memberships, opened_by, closed_by from episode where id = ${last.episode.id}`
    await run(db, again)
    await opened.run()
    expect(await foundBy(db.reader, 'new=one')).toEqual([last.episode.id + 1])
  })

  it('does a little at a time and comes back soon while there is more', async () => {
    const { db, clock } = await openForTest(store)
    await insert(db, someEpisodes(12_000, 1))
    const last = 3 * PARTITION_IDS + 1_000_000
    const opened = await SearchIndex.open(db, () => last)
    expect(await opened.run()).toBe(clock.now() + 1_000)
    expect(opened.unindexed()).toBeGreaterThan(0)
    while ((await opened.run()) === clock.now() + 1_000);
    expect(opened.unindexed()).toBe(0)
  })

  it('rests after an error, and goes on where it was', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const opened = await SearchIndex.open(rig.db, () => rig.store.episodes.newestId())
    await rig.post({ labels: { alertname: 'Down' }, startsAt: 1 })
    rig.failing = true
    await expect(opened.run()).rejects.toThrow('disk of this test is full')
    expect(await opened.run()).toBe(rig.clock.now() + 10_000)
    rig.failing = false
    await rig.advance(10_000)
    expect(await opened.run()).toBe(rig.clock.now() + 10_000)
    expect(await foundBy(rig.db.reader, 'alertname=^down')).toEqual([1])
  })

  it('does nothing while nothing comes', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const opened = await SearchIndex.open(rig.db, () => rig.store.episodes.newestId())
    await rig.post({ labels: { alertname: 'Down' }, startsAt: 1 })
    await opened.run()
    rig.failing = true
    expect(await opened.run()).toBe(rig.clock.now() + 10_000)
  })

  it('counts what came since it last looked', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    await rig.db.transaction((tx) => rig.store.load(tx, true))
    const opened = await SearchIndex.open(rig.db, () => rig.store.episodes.newestId())
    expect(opened.unindexed()).toBe(0)
    await rig.post({ labels: { alertname: 'Down' }, startsAt: 1 }, { labels: { alertname: 'Up' }, startsAt: 1 })
    expect(opened.unindexed()).toBe(2)
    await opened.run()
    expect(opened.unindexed()).toBe(0)
    expect(await foundBy(rig.db.reader, 'alertname=^down')).toEqual([1])
  })

  it('finds an alert by the team that a new document gave it', async () => {
    const rig = await rigOn(store)
    await rig.documents({})
    const opened = await SearchIndex.open(rig.db, () => rig.store.episodes.newestId())
    await rig.post({ labels: { alertname: 'Down', service: 'ledger' }, startsAt: 1 })
    await opened.run()
    const owner = (team: string) => `
team: ${team}
owns: ['service="ledger"']
receivers: [{ name: chat, slack_configs: [{ api_url: env:${team.toUpperCase()}_SLACK_URL }] }]
route: { receiver: chat }
`
    await rig.documents({ ledger: owner('ledger') })
    expect(await foundBy(rig.db.reader, '@team=ledger')).toEqual([1])
    expect(await foundBy(rig.db.reader, 'service=ledger')).toEqual([1])
  })
})
