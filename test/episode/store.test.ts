/** Episodes on every store: every column comes back as it went in, and only what lives is read at a start. */
import sql from 'sql-template-tag'
import { describe, expect, it } from 'vitest'
import { RequestStore } from '../../src/alert/store.ts'
import type { Database, Tx } from '../../src/db/database.ts'
import {
  addNote,
  closeEpisodes,
  type Episode,
  episodesByIds,
  insertEpisode,
  lastEpisodeId,
  liveEpisodes,
  updateEpisode,
} from '../../src/episode/store.ts'
import { anEpisode } from '../rows.ts'
import { openForTest, stores, type TestedStore } from '../stores.ts'

const full: Partial<Episode> = {
  annotationsText: '{"summary":"it\'s \\"down\\""}',
  startsAt: 1_000,
  latestStartAt: 3_000,
  endsAt: 9_000,
  status: 'closing',
  closeReason: 'resolved',
  closedAt: 9_500,
  lastSeenAt: 9_500,
  reopened: true,
  repeats: 12,
  teams: ['ops', 'web'],
  ownership: 'contested',
  memberships: [
    { episodeId: 5, groupId: 3, joined: 7, closed: 9, versionId: 2, carried: [], unreleased: false },
    {
      episodeId: 5,
      groupId: 4,
      joined: null,
      closed: null,
      versionId: 2,
      carried: [1, 8],
      unreleased: false,
      unsure: [8],
    },
    { episodeId: 5, groupId: 6, joined: 1, closed: 2, versionId: 3, carried: [], unreleased: true },
  ],
}

async function open(store: TestedStore): Promise<Database> {
  const { db } = await openForTest(store)
  await db.transaction(async (tx) => {
    const requests = new RequestStore()
    await requests.sourceId(tx, 'default')
    await requests.generatorId(tx, '')
  })
  return db
}

/** As the pipeline does: an episode is born open, and what came later is written after. */
async function keep(tx: Tx, episode: Episode): Promise<void> {
  await insertEpisode(tx, episode)
  await updateEpisode(tx, episode)
}

describe.each(stores)('$name', (store) => {
  it('gives back every field as it was', async () => {
    const db = await open(store)
    const plain = anEpisode(2)
    const special = anEpisode(5, full)
    await db.transaction(async (tx) => {
      await keep(tx, plain)
      await keep(tx, special)
    })
    expect(await episodesByIds(db.reader, [5, 2, 77])).toEqual([plain, special])
    expect(await episodesByIds(db.reader, [])).toEqual([])
    expect(await lastEpisodeId(db.reader)).toBe(5)
  })

  it('starts counting at nothing', async () => {
    expect(await lastEpisodeId((await open(store)).reader)).toBe(0)
  })

  it('writes everything that may change, and nothing else', async () => {
    const db = await open(store)
    const episode = anEpisode(5)
    await db.transaction(async (tx) => {
      await keep(tx, episode)
      const { reopened: _, teams: __, ownership: ___, ...changed } = full
      Object.assign(episode, changed)
      await updateEpisode(tx, { ...episode, fingerprint: 'other', labelsText: '{}', receivedAt: 1 })
    })
    expect(await episodesByIds(db.reader, [5])).toEqual([episode])
  })

  it('finds the living in pages of id order, and leaves out what nobody waits for', async () => {
    const db = await open(store)
    await db.transaction(async (tx) => {
      for (const id of [1, 2, 3, 4, 5]) await keep(tx, anEpisode(id, { status: id % 2 ? 'open' : 'closing' }))
      await closeEpisodes(tx, [2, 3])
    })
    const ids = async (after: number, limit: number) =>
      (await liveEpisodes(db.reader, after, limit)).map(({ id }) => id)
    expect(await ids(0, 2)).toEqual([1, 4])
    expect(await ids(4, 2)).toEqual([5])
    expect(await ids(5, 2)).toEqual([])
    expect((await episodesByIds(db.reader, [3]))[0]?.status).toBe('closed')
  })

  it('numbers the notes of each episode', async () => {
    const db = await open(store)
    await db.transaction(async (tx) => {
      for (const id of [1, 2]) await keep(tx, anEpisode(id))
      for (const id of [1, 1, 2]) await addNote(tx, id, 'rerouted', '{"left":1}')
    })
    const notes = await db.reader.all(sql`select episode_id, n, note, detail from episode_note order by episode_id, n`)
    expect(notes).toEqual([
      { episode_id: 1, n: 1, note: 'rerouted', detail: '{"left":1}' },
      { episode_id: 1, n: 2, note: 'rerouted', detail: '{"left":1}' },
      { episode_id: 2, n: 1, note: 'rerouted', detail: '{"left":1}' },
    ])
  })
})
