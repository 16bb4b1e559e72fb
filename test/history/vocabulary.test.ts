/** The terms that a regex stands for: never too few, and not too many to ask for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Labels } from '../../src/alert/labels.ts'
import type { Query, Queryable } from '../../src/db/database.ts'
import { conditionsOf, type Pattern } from '../../src/history/search-plan.ts'
import {
  matchIds,
  type Partition,
  searchPartitions,
  type TermCount,
  termsAfter,
} from '../../src/history/search-store.ts'
import { Vocabulary } from '../../src/history/vocabulary.ts'
import { compileMatcher } from '../../src/route/matcher.ts'
import { type OpenStore, openForTest, stores } from '../stores.ts'
import { index, insert, someEpisodes } from './searched.ts'

describe.each(stores)('$name', (store) => {
  const all = someEpisodes(3_000, 1)
  let opened: OpenStore
  let partition: Partition

  beforeAll(async () => {
    opened = await store.open()
    await insert(opened.db, all)
    await index(opened.db)
    partition = await lowest(opened.db.reader)
  })
  afterAll(() => opened.close())

  it.each<[name: string, pattern: string, terms: number]>([
    ['service', 'check-?out', 2],
    ['service', 'check.*', 2],
    ['service', '(?i)checkout', 2],
    ['service', '[a-z]+', 5],
    ['service', 'no.*such', 0],
    ['severity', 'crit.*|info', 2],
    ['alertname', 'H.*', 1],
    ['instance', 'node-12[0-9]\\.example.*', 10],
    ['instance', '.*-77\\..*', 1],
    ['instance', '.*[0-9]{3}.*', 1],
    ['pod', 'checkout-2.*', -1],
    ['pod', 'checkout-.*', 1],
    ['pod', '.*9z', 1],
    ['größe=1', '日本.*', 1],
    ['größe=1', '\\^?ü.', 1],
    ['größe=1', '.*%.*', 1],
    ['text', 'x{100}.*', 1],
    ['text', '(?s).*\\n', 2],
    ['__proto__', 'con.*', 1],
    ['absent', '.+', 0],
  ])('%s=~"%s"', async (name, pattern, terms) => {
    const { reader } = opened.db
    const matcher = compileMatcher(name, '=~', pattern)
    const asked = conditionsOf({ team: null, teams: null, source: null, matchers: [matcher] }).patterns[0] as Pattern
    const { expansion, cost } = await new Vocabulary().expand(reader, partition, asked)
    if (expansion === null) throw new Error('too many')
    expect(cost).toBeGreaterThanOrEqual(expansion.terms.length)
    if (terms < 0) expect(expansion.terms.length).toBeGreaterThan(10)
    else expect(expansion.terms).toHaveLength(terms)

    const fits = (labels: Labels) => matcher.accepts(labels[name] ?? '')
    const inPartition = all.filter(({ episode: { id } }) => id <= partition.indexedUpto)
    const wanted = inPartition.filter(({ labels }) => fits(labels)).map(({ episode }) => episode.id)
    const range = { low: 0, below: partition.indexedUpto + 1 }
    const found = await matchIds(reader, 0, [expansion.terms], range, 10_000)
    expect(wanted.filter((id) => !found.includes(id))).toEqual([])
    expect(expansion.count).toBeGreaterThanOrEqual(found.length)
    if (name !== 'text' && terms !== 1) expect(found).toEqual(wanted.sort((a, b) => b - a))
  })

  it('are read in slices of any size without a gap', async () => {
    const { reader } = opened.db
    const whole = await termsAfter(reader, 0, 'pod=', '', 10_000)
    const pods = all.filter(({ episode: { id }, labels }) => id <= partition.indexedUpto && labels.pod !== undefined)
    expect(whole).toHaveLength(pods.length)
    const sliced: TermCount[] = []
    for (let slice = whole.slice(0, 0); ; sliced.push(...slice)) {
      slice = await termsAfter(reader, 0, 'pod=', sliced.at(-1)?.term ?? '', 1)
      if (slice.length === 0) break
    }
    expect(sliced).toEqual(whole)
    expect(await termsAfter(reader, 0, 'env=prod', '', 10)).toHaveLength(1)
    expect(await termsAfter(reader, 0, 'env=x', '', 10)).toEqual([])
  })

  it('are looked up again once more is indexed', async () => {
    const { db } = await openForTest(store)
    const all = someEpisodes(1_000, 1)
    await insert(db, all)
    await index(db, 1)
    const vocabulary = new Vocabulary()
    const matcher = compileMatcher('pod', '=~', `.*-${(600).toString(36)}|nothing.+`)
    const pattern = { matcher, prefix: 'pod=', part: '' }
    const expanded = async () => vocabulary.expand(db.reader, await lowest(db.reader), pattern)
    const before = await expanded()
    expect(before.expansion?.terms).toEqual([])
    const again = await expanded()
    expect(again.expansion).toEqual(before.expansion)
    expect(again.cost).toBeLessThan(before.cost)
    await index(db)
    const after = await expanded()
    expect(after.expansion?.terms).toEqual(all[600]?.labels.pod === undefined ? [] : [`pod=${all[600].labels.pod}`])
    expect(after.cost).toBeGreaterThan(0)
  })
})

describe('of many values', () => {
  const partition = { number: 0, low: 0, indexedUpto: 500_000 }
  const pattern = (value: string) => ({ matcher: compileMatcher('pod', '=~', value), prefix: 'pod=checkout', part: '' })

  /** An index with this many values, each had by `each` episodes. */
  const reader = (values: number, each: number): Queryable => {
    const terms = Array.from({ length: values }, (_, n) => ({ term: `pod=checkout-${n}`, count: each }))
    let given = 0
    const all = async (query: Query) => {
      const slice = terms.slice(given, given + (query.values.at(-1) as number))
      given += slice.length
      return slice as never
    }
    return { all, get: all, run: () => Promise.reject(new Error('only read')) }
  }

  it.each<[what: string, value: string, values: number, each: number, terms: string[] | null]>([
    ['few fit, so they are named', '.*-7', 50_000, 10, ['pod=checkout-7']],
    ['too many fit, so all are asked for', '.*', 5_000, 4, ['pod=checkout*']],
    ['too many fit, and episodes have them too often', '.*', 5_000, 5, null],
    ['they are too many to look at', '.*-7', 150_000, 1, null],
  ])('%s', async (_, value, values, each, terms) => {
    const { expansion, cost } = await new Vocabulary().expand(reader(values, each), partition, pattern(value))
    expect(expansion?.terms ?? null).toEqual(terms)
    expect(cost).toBeLessThan(200_000)
  })

  it('those that were read last are remembered, as far as there is room', async () => {
    const vocabulary = new Vocabulary()
    const ask = async (number: number) => {
      const { cost } = await vocabulary.expand(reader(80_000, 1), { ...partition, number }, pattern('.*-7'))
      return cost > 160_000 ? 'read' : 'remembered'
    }
    expect(await ask(0)).toBe('read')
    for (let number = 1; number < 30; number++) {
      expect(await ask(number)).toBe('read')
      expect(await ask(0)).toBe('remembered')
    }
    expect(await ask(1)).toBe('read')
    expect(await ask(29)).toBe('remembered')
  })
})

async function lowest(db: Queryable): Promise<Partition> {
  return (await searchPartitions(db)).at(-1) as Partition
}
