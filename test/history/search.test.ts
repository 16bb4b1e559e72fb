/** Searching with the index finds what looking at every episode finds, whatever the filter and however much is indexed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Query, Queryable } from '../../src/db/database.ts'
import { updateOwners } from '../../src/episode/store.ts'
import { type AlertQuery, alertPage } from '../../src/history/alert-page.ts'
import { deleteEpisodes } from '../../src/history/retention-store.ts'
import { countUnindexed, dropPartitionBelow, indexTeams } from '../../src/history/search-index-store.ts'
import { PARTITION_IDS, searchPartitions } from '../../src/history/search-store.ts'
import { Vocabulary } from '../../src/history/vocabulary.ts'
import { compileMatcher, formatMatcher } from '../../src/route/matcher.ts'
import { parseMatchers } from '../../src/route/matcher-parse.ts'
import { type OpenStore, openForTest, stores, type TestedStore } from '../stores.ts'
import { foundOneByOne, index, insert, type Searched, someEpisodes, someQuery } from './searched.ts'

const CASES = 1_200

/** Follows next pages until three have come or there are no more; what they hold must be what is there. */
async function check(
  db: Queryable,
  all: readonly Searched[],
  query: AlertQuery,
  vocabulary: Vocabulary,
): Promise<void> {
  const wanted = foundOneByOne(all, query)
  const found: number[] = []
  let below: number | null = query.below
  for (let page = 0; page < 3 && below !== null; page++) {
    const answer: Awaited<ReturnType<typeof alertPage>> = await alertPage(db, { ...query, below }, vocabulary)
    expect(answer.alerts.length).toBeLessThanOrEqual(query.limit)
    found.push(...answer.alerts.map(({ id }) => id))
    below = answer.below
  }
  const upto = below ?? 0
  expect(found, query.matchers.map(formatMatcher).join()).toEqual(wanted.filter((id) => id >= upto))
}

/** Counts the questions to the index. */
function counting(db: Queryable): { db: Queryable; asked: () => number } {
  let asked = 0
  const all = <Row>(query: Query) => {
    if (/ match /.test(query.sql)) asked++
    return db.all<Row>(query)
  }
  return { db: { all, get: (query) => db.get(query), run: (query) => db.run(query) }, asked: () => asked }
}

async function searched(store: TestedStore, seed: number): Promise<OpenStore & { all: Searched[] }> {
  const opened = await openForTest(store)
  const all = someEpisodes(6_000, seed)
  await insert(opened.db, all)
  return { ...opened, all }
}

describe.each(stores)('$name', (store) => {
  it('whatever is asked, with the newest not indexed yet', async () => {
    const { db, all } = await searched(store, 1)
    await index(db, 12)
    expect(await countUnindexed(db.reader)).toBeGreaterThan(1_000)
    const counted = counting(db.reader)
    const vocabulary = new Vocabulary()
    const property = fc.asyncProperty(someQuery(all), (query) => check(counted.db, all, query, vocabulary))
    await fc.assert(property, { numRuns: CASES })
    expect(counted.asked()).toBeGreaterThan(CASES / 2)
  })

  it('whatever is asked, after teams changed, episodes were deleted and a partition was dropped', async () => {
    const { db, all } = await searched(store, 2)
    await index(db)
    const vocabulary = new Vocabulary()
    const gone = all.filter(({ episode: { id, status } }) => id % 7 === 0 && status === 'closed')
    const left = all.filter((one) => !gone.includes(one))
    const property = fc.asyncProperty(someQuery(left), (query) => check(db.reader, left, query, vocabulary))
    await db.transaction((tx) =>
      deleteEpisodes(
        tx,
        gone.map(({ episode }) => episode.id),
      ),
    )
    await db.transaction(async (tx) => {
      for (const { episode } of left.filter(({ episode: { id } }) => id % 5 === 0)) {
        episode.teams = episode.id % 2 === 0 ? ['search'] : ['Größe', 'payments']
        await updateOwners(tx, episode)
        await indexTeams(tx, episode.id, episode.teams)
      }
    })
    await fc.assert(property, { numRuns: CASES })
    expect(await db.transaction((tx) => dropPartitionBelow(tx, PARTITION_IDS + 1))).toBe(true)
    await fc.assert(property, { numRuns: CASES / 4 })
  })

  it('whatever is asked, without an index', async () => {
    const { db, all } = await searched(store, 3)
    const vocabulary = new Vocabulary()
    const property = fc.asyncProperty(someQuery(all), (query) => check(db.reader, all, query, vocabulary))
    await fc.assert(property, { numRuns: CASES / 4 })
  })

  it('whatever its size', async () => {
    const { db, all } = await searched(store, 6)
    await index(db)
    const many = (count: number, text: (n: number) => string) => Array.from({ length: count }, (_, n) => text(n)).join()
    const listed = Array.from({ length: 300 }, (_, n) => String.fromCodePoint(0x4e00 + n)).join('|')
    for (const filter of [
      many(3_000, () => 'severity="warning"'),
      many(3_000, (n) => `absent${n}=""`),
      many(12, (n) => `l${n}=~"${listed}"`),
      many(12, () => `service=~"checkout|${listed}"`),
    ]) {
      await check(db.reader, all, { ...everything, matchers: parseMatchers(filter) }, new Vocabulary())
    }
  })

  it.each([
    ['a rare value at once', 'service="rare"', 100],
    ['a rare regex after a look at the newest', 'pod=~".*-1z"', 2_500],
    ['two labels that never meet', 'severity="warning",severity="critical"', 2_500],
  ])('by the index: %s', async (_, filter, most) => {
    const { db, all } = await searched(store, 7)
    await index(db)
    const query = { ...everything, matchers: parseMatchers(filter) }
    let rows = 0
    const reader: Queryable = {
      ...counting(db.reader).db,
      all: async (asked) => {
        const found = await db.reader.all<never>(asked)
        if (/select id, labels/.test(asked.sql)) rows += found.length
        return found
      },
      get: async (asked) => {
        const found = await db.reader.get<never>(asked)
        if (/count/.test(asked.sql)) rows += (found as { rows: number } | undefined)?.rows ?? 0
        return found
      },
    }
    await check(reader, all, query, new Vocabulary())
    expect(rows).toBeLessThan(most)
  })

  it('whose partition is dropped in the middle of it', async () => {
    const { db, all } = await searched(store, 4)
    await index(db)
    const first = all[0] as Searched
    const query = { ...everything, matchers: [compileMatcher('instance', '=', first.labels.instance ?? '')] }
    expect(foundOneByOne(all, query).at(-1)).toBe(first.episode.id)
    // A search yields between its steps: this is what it may find then.
    const reader: Queryable = {
      ...counting(db.reader).db,
      all: async (asked) => {
        const rows = await db.reader.all<never>(asked)
        if (/search_partition/.test(asked.sql))
          while (await db.transaction((tx) => dropPartitionBelow(tx, PARTITION_IDS)));
        return rows
      },
    }
    await check(reader, all, query, new Vocabulary())
    expect((await searchPartitions(db.reader)).map(({ number }) => number)).toEqual([3, 1])
  })

  it('but not when the index is broken', async () => {
    const { db, all } = await searched(store, 5)
    await index(db)
    const broken = new Error('broken')
    const reader = {
      ...db.reader,
      all: <Row>(asked: Query) => (/ match /.test(asked.sql) ? Promise.reject(broken) : db.reader.all<Row>(asked)),
    }
    const query = { ...everything, matchers: [compileMatcher('service', '=', 'rare')] }
    await expect(check(reader, all, query, new Vocabulary())).rejects.toBe(broken)
  })
})

const everything: AlertQuery = {
  status: null,
  team: null,
  teams: null,
  source: null,
  matchers: [],
  since: null,
  until: null,
  below: Number.MAX_SAFE_INTEGER,
  limit: 50,
}
