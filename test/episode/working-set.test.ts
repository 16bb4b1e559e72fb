/** Open and lately closed episodes as the pipeline asks for them: by alert, by id, in batches, until nobody waits any more. */
import { describe, expect, it } from 'vitest'
import { RequestStore } from '../../src/alert/store.ts'
import type { Database } from '../../src/db/database.ts'
import { type CloseReason, LATE_DUPLICATE_WINDOW_MS, RETURN_WINDOW_MS } from '../../src/episode/episode.ts'
import { endEpisode } from '../../src/episode/observe.ts'
import { type AlertRecord, type Episode, episodesByIds } from '../../src/episode/store.ts'
import { EpisodeWorkingSet } from '../../src/episode/working-set.ts'
import { notesOf } from '../../src/history/alert-store.ts'
import type { FakeClock } from '../harness/clock.ts'
import { anEpisode } from '../rows.ts'
import { openForTest, stores, type TestedStore } from '../stores.ts'

/** A working set on a store with one source and one generator. */
class Desk {
  readonly db: Database
  readonly clock: FakeClock
  episodes = new EpisodeWorkingSet()

  constructor(db: Database, clock: FakeClock) {
    this.db = db
    this.clock = clock
  }

  static async open(store: TestedStore): Promise<Desk> {
    const { db, clock } = await openForTest(store)
    await db.transaction(async (tx) => {
      const requests = new RequestStore()
      await requests.sourceId(tx, 'default')
      await requests.generatorId(tx, '')
    })
    return new Desk(db, clock)
  }

  insert(...episodes: readonly Episode[]): Promise<void> {
    return this.db.transaction(async (tx) => {
      for (const episode of episodes) {
        const [record] = await this.episodes.find(tx, episode.sourceId, [episode.fingerprint])
        if (record === undefined) throw new Error('no record')
        await this.episodes.insert(tx, record, episode)
      }
    })
  }

  /** Closes it now, as the pipeline does. */
  async close(episode: Episode, reason: CloseReason = 'resolved'): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [record] = await this.episodes.find(tx, episode.sourceId, [episode.fingerprint])
      if (record === undefined) throw new Error('no record')
      endEpisode(episode, { endsAt: 5_000, reason, requestId: null }, tx.now)
      record.open = null
      record.closed = episode
      record.lastClose = { endsAt: 5_000, closedAt: tx.now, reason }
      await this.episodes.save(tx, episode)
    })
  }

  async record(fingerprint: string): Promise<AlertRecord> {
    const [record] = await this.db.transaction((tx) => this.episodes.find(tx, 1, [fingerprint]))
    if (record === undefined) throw new Error('no record')
    return record
  }

  async reload(): Promise<void> {
    this.episodes = new EpisodeWorkingSet()
    await this.episodes.load(this.db.reader)
  }

  retire(isOwed: (episode: Episode) => boolean = () => false, limit = 100): Promise<boolean> {
    return this.db.transaction((tx) => this.episodes.retire(tx, isOwed, limit))
  }

  async status(id: number): Promise<string | undefined> {
    return (await episodesByIds(this.db.reader, [id]))[0]?.status
  }
}

describe.each(stores)('$name', (store) => {
  it('numbers episodes on from the last, also after a reload', async () => {
    const desk = await Desk.open(store)
    const next = () => desk.db.transaction((tx) => desk.episodes.nextId(tx))
    expect([await next(), await next()]).toEqual([1, 2])
    await desk.insert(anEpisode(2))
    await desk.reload()
    expect(await next()).toBe(3)
  })

  it('knows an alert by source and fingerprint', async () => {
    const desk = await Desk.open(store)
    const episode = anEpisode(1)
    await desk.insert(episode)
    for (const reload of [false, true]) {
      if (reload) await desk.reload()
      const [known] = await desk.db.transaction((tx) => desk.episodes.find(tx, 1, ['f1']))
      const [stranger, twin] = await desk.db.transaction((tx) => desk.episodes.find(tx, 2, ['f1', 'f1']))
      expect(known).toMatchObject({ labelsText: episode.labelsText, open: episode, lastClose: null })
      expect(stranger).toMatchObject({ labelsText: null, open: null, lastClose: null })
      expect(twin, 'the same alert twice in one request').toBe(stranger)
    }
  })

  it("takes back a record that turned out to be nobody's", async () => {
    const desk = await Desk.open(store)
    const blank = await desk.record('f1')
    desk.episodes.discard(blank)
    expect(await desk.db.transaction((tx) => desk.episodes.peek(tx, 1, 'f1'))).toBeUndefined()
  })

  it('keeps a life of which only the end was seen beside the one that is open', async () => {
    const desk = await Desk.open(store)
    const open = anEpisode(1)
    await desk.insert(open)
    const past = anEpisode(2, { fingerprint: 'f1', labelsText: open.labelsText, startsAt: 10, latestStartAt: 10 })
    endEpisode(past, { endsAt: 20, reason: 'resolved', requestId: null }, desk.clock.now())
    const record = await desk.record('f1')
    await desk.db.transaction((tx) => desk.episodes.insertClosed(tx, record, past))
    expect(record).toMatchObject({ open, closed: past })
    await desk.reload()
    expect(await desk.record('f1')).toMatchObject({ open, closed: past, lastClose: { endsAt: 20, reason: 'resolved' } })
  })

  it('remembers a close for late duplicates, also after a reload', async () => {
    const desk = await Desk.open(store)
    const episode = anEpisode(1)
    await desk.insert(episode)
    await desk.close(episode)
    const lastClose = { endsAt: 5_000, closedAt: desk.clock.now(), reason: 'resolved' }
    expect(await desk.record('f1')).toMatchObject({ open: null, lastClose })
    await desk.reload()
    expect(await desk.record('f1')).toMatchObject({ open: null, lastClose, closed: episode })
  })

  it('keeps a later end that another replica tells', async () => {
    const desk = await Desk.open(store)
    const episode = anEpisode(1)
    await desk.insert(episode)
    await desk.close(episode)
    await desk.clock.advance(60_000, async () => {})
    const later = { endsAt: 6_000, closedAt: desk.clock.now(), reason: 'resolved' as const }
    const record = await desk.record('f1')
    await desk.db.transaction((tx) => desk.episodes.correctEnd(tx, record, later, null))
    await desk.reload()
    expect((await desk.record('f1')).lastClose).toEqual(later)
  })

  it('counts repeats in memory and writes them in batches', async () => {
    const desk = await Desk.open(store)
    const all = [anEpisode(1), anEpisode(2), anEpisode(3)]
    await desk.insert(...all)
    expect(desk.episodes.hasRepeats()).toBe(false)
    for (const episode of all) desk.episodes.touch(episode, 7_000, '{"summary":"still"}')
    const write = (limit: number) => desk.db.transaction((tx) => desk.episodes.writeRepeats(tx, limit))
    expect(await write(2)).toBe(true)
    expect(await write(2)).toBe(false)
    expect(desk.episodes.hasRepeats()).toBe(false)
    expect(await episodesByIds(desk.db.reader, [1, 2, 3])).toMatchObject(
      all.map(({ id }) => ({ id, repeats: 1, lastSeenAt: 7_000, annotationsText: '{"summary":"still"}' })),
    )
  })

  it('lets go of a closed episode when nobody waits for it, and not before', async () => {
    const desk = await Desk.open(store)
    const [gone, owed, open] = [anEpisode(1), anEpisode(2), anEpisode(3)]
    await desk.insert(gone, owed, open)
    await desk.close(gone)
    await desk.close(owed)
    const isOwed = (episode: Episode) => episode === owed
    await desk.clock.advance(LATE_DUPLICATE_WINDOW_MS - 1, async () => {})
    expect(desk.episodes.hasRetirable(desk.clock.now())).toBe(false)
    await desk.retire(isOwed)
    expect([await desk.status(1), await desk.status(2)], 'a late duplicate can still come').toEqual([
      'closing',
      'closing',
    ])
    await desk.clock.advance(1, async () => {})
    expect(desk.episodes.hasRetirable(desk.clock.now())).toBe(true)
    expect(await desk.retire(isOwed)).toBe(false)
    expect([await desk.status(1), await desk.status(2), await desk.status(3)]).toEqual(['closed', 'closing', 'open'])
    expect((await desk.record('f1')).labelsText, 'forgotten').toBeNull()
    expect([...desk.episodes.everyLive()]).toEqual([owed, open])
  })

  it('forgets the close of an alert that fires again, once it is too old to matter', async () => {
    const desk = await Desk.open(store)
    const first = anEpisode(1)
    await desk.insert(first)
    await desk.close(first)
    await desk.insert(anEpisode(2, { fingerprint: 'f1', labelsText: first.labelsText }))
    await desk.clock.advance(LATE_DUPLICATE_WINDOW_MS, async () => {})
    await desk.retire()
    expect(await desk.record('f1')).toMatchObject({ open: { id: 2 }, lastClose: null, closed: null })
  })

  it('remembers one that was reconciled until Alertmanager forgets it too, also after a reload', async () => {
    const desk = await Desk.open(store)
    const [gone, other] = [anEpisode(1), anEpisode(2, { sourceId: 2 })]
    await desk.db.transaction((tx) => new RequestStore().sourceId(tx, 'other'))
    await desk.insert(gone, other)
    for (const episode of [gone, other]) await desk.close(episode, 'reconciled')
    const reconciled = () => desk.db.transaction((tx) => desk.episodes.reconciled(tx, 1))
    expect(await reconciled()).toMatchObject([{ fingerprint: 'f1', closed: gone }])
    await desk.clock.advance(RETURN_WINDOW_MS - 1, async () => {})
    expect(desk.episodes.hasRetirable(desk.clock.now())).toBe(false)
    await desk.retire()
    await desk.reload()
    expect(await reconciled()).toMatchObject([{ fingerprint: 'f1' }])
    await desk.clock.advance(1, async () => {})
    expect(desk.episodes.hasRetirable(desk.clock.now())).toBe(true)
    await desk.retire()
    expect(await reconciled()).toEqual([])
    expect([...desk.episodes.everyLive()]).toEqual([])
  })

  it('remembers one that was reconciled no longer than any other once its alert fires again', async () => {
    const desk = await Desk.open(store)
    const first = anEpisode(1)
    await desk.insert(first)
    await desk.close(first, 'reconciled')
    await desk.insert(anEpisode(2, { fingerprint: 'f1', labelsText: first.labelsText }))
    await desk.clock.advance(LATE_DUPLICATE_WINDOW_MS, async () => {})
    await desk.retire()
    expect(await desk.status(1)).toBe('closed')
    expect(await desk.db.transaction((tx) => desk.episodes.reconciled(tx, 1))).toEqual([])
  })

  it('notes how it was closed before when its source says another end', async () => {
    const desk = await Desk.open(store)
    const episode = anEpisode(1)
    await desk.insert(episode)
    await desk.close(episode, 'reconciled')
    const closedAt = desk.clock.now()
    await desk.clock.advance(60_000, async () => {})
    const record = await desk.record('f1')
    const said = { endsAt: 4_000, closedAt: desk.clock.now(), reason: 'resolved' as const }
    for (let i = 0; i < 2; i++) await desk.db.transaction((tx) => desk.episodes.correctEnd(tx, record, said, 7))
    expect(await episodesByIds(desk.db.reader, [1])).toMatchObject([
      { endsAt: 4_000, closeReason: 'resolved', closedBy: 7 },
    ])
    const notes = await notesOf(desk.db.reader, 1)
    expect(notes).toMatchObject([{ note: 'corrected', at: desk.clock.now() }])
    expect(JSON.parse(notes[0]?.detail ?? '')).toEqual({ closeReason: 'reconciled', endsAt: 5_000, closedAt })
  })

  it('lets go in batches', async () => {
    const desk = await Desk.open(store)
    const all = [anEpisode(1), anEpisode(2), anEpisode(3)]
    await desk.insert(...all)
    for (const episode of all) await desk.close(episode)
    await desk.clock.advance(LATE_DUPLICATE_WINDOW_MS, async () => {})
    expect(await desk.retire(undefined, 2)).toBe(true)
    expect(await desk.retire(undefined, 2)).toBe(false)
    expect([...desk.episodes.everyLive()]).toEqual([])
  })

  it('finds episodes by id, living or not', async () => {
    const desk = await Desk.open(store)
    const [closed, open] = [anEpisode(1), anEpisode(2)]
    await desk.insert(closed, open)
    await desk.close(closed)
    await desk.clock.advance(LATE_DUPLICATE_WINDOW_MS, async () => {})
    await desk.retire()
    const found = await desk.episodes.byIds(desk.db.reader, [1, 2, 3])
    expect(found).toEqual(
      new Map([
        [2, open],
        [1, { ...closed, status: 'closed' }],
      ]),
    )
  })

  it('hands out the open ones in batches of id order', async () => {
    const desk = await Desk.open(store)
    const all = [1, 2, 3, 4].map((id) => anEpisode(id))
    await desk.insert(...all)
    await desk.close(all[1] ?? anEpisode(0))
    const openAfter = (id: number, limit: number) => desk.db.transaction((tx) => desk.episodes.openAfter(tx, id, limit))
    expect((await openAfter(0, 2)).map(({ id }) => id)).toEqual([1, 3])
    expect((await openAfter(3, 2)).map(({ id }) => id)).toEqual([4])
    expect(desk.episodes.countOpen()).toBe(3)
  })
})
