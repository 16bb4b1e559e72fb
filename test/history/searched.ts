/** Thousands of episodes to search, with names and values of every kind, spread over partitions of the search index. */
import fc from 'fast-check'
import { type Labels, labelsText, toLabels } from '../../src/alert/labels.ts'
import type { Database } from '../../src/db/database.ts'
import { type Episode, insertEpisode, updateEpisode } from '../../src/episode/store.ts'
import type { AlertQuery } from '../../src/history/alert-page.ts'
import { indexEpisodes, mergePartition } from '../../src/history/search-index-store.ts'
import { PARTITION_IDS } from '../../src/history/search-store.ts'
import { compileMatcher, matchesAll } from '../../src/route/matcher.ts'
import { touchesScope } from '../../src/team/scope.ts'
import { anEpisode } from '../rows.ts'

/** An episode as a search sees it. */
export interface Searched {
  readonly episode: Episode
  readonly labels: Labels
  readonly source: string
}

const sources = ['default', 'eu-1', 'alert-router']
const teams = ['payments', 'search', 'default', 'Größe', 'a b']
const long = 'x'.repeat(300)

/** Common values come first. */
const values: Readonly<Record<string, readonly string[]>> = {
  alertname: ['HighErrorRatio', 'LatencyP99TooHigh', 'Down', 'higherrorratio'],
  severity: ['warning', 'critical', 'info'],
  service: ['checkout', 'check-out', 'ledger', 'Checkout', 'refunds', 'search', 'rare'],
  env: ['production', 'test'],
  constructor: ['toString', '1'],
  ['__proto__']: ['odd', 'constructor'],
  'größe=1': ['50 % "off" \\ ^c', 'ü^', '日本 語', '*', "a'b;--", '@team=payments'],
  '@team': ['payments', 'search'],
  text: [`${long}a`, `${long}b`, long, '\n', ' '],
}

/** The same for the same seed: about `count` episodes in partitions 0, 1 and 3, received one after the other. */
export function someEpisodes(count: number, seed: number): Searched[] {
  const { chance, pick } = randomly(seed)
  let id = PARTITION_IDS - Math.floor(count * 14)
  let at = 1_000
  return Array.from({ length: count }, (_, n) => {
    id = n === Math.floor(count * 0.8) ? 3 * PARTITION_IDS + 5 : id + 1 + Math.floor(chance() * 40)
    at += chance() < 0.3 ? 0 : Math.floor(chance() * 1_000)
    const raw: [string, string][] = [['instance', `node-${Math.floor(chance() * 900)}.example:9100`]]
    if (chance() < 0.5) raw.push(['pod', `checkout-${n.toString(36)}`])
    for (const [name, all] of Object.entries(values)) if (chance() < 0.7) raw.push([name, pick(all)])
    const labels = toLabels(Object.fromEntries(raw))
    const isOpen = chance() < 0.05
    const sourceId = chance() < 0.95 ? 1 : chance() < 0.9 ? 2 : 3
    const episode = anEpisode(id, {
      sourceId,
      labelsText: labelsText(labels),
      receivedAt: at,
      teams: chance() < 0.9 ? [pick(teams)] : teams.slice(0, 2),
      ...(isOpen ? {} : { status: chance() < 0.1 ? 'closing' : 'closed', closedAt: at + 60_000, endsAt: at }),
    })
    return { episode, labels, source: sources[sourceId - 1] as string }
  })
}

/** Writes them all in one transaction, with sources and a link to belong to. */
export async function insert(db: Database, all: readonly Searched[]): Promise<void> {
  await db.transaction(async (tx) => {
    for (const [n, name] of sources.entries()) {
      const query = `insert into source (id, name) values (${n + 1}, '${name}')`
      await tx.run({ sql: query, text: query, values: [] })
    }
    const query = "insert into generator (id, url) values (1, 'http://prometheus.example')"
    await tx.run({ sql: query, text: query, values: [] })
    for (const { episode } of all) {
      await insertEpisode(tx, episode)
      if (episode.status !== 'open') await updateEpisode(tx, episode)
    }
  })
}

/** Indexes and merges until nothing is left, or until `batches` of 500 were taken in. */
export async function index(db: Database, batches = Number.POSITIVE_INFINITY): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    if ((await db.transaction((tx) => indexEpisodes(tx, 500))) === 0) break
  }
  if (batches === Number.POSITIVE_INFINITY) while (await db.transaction(mergePartition));
}

/** What a search should find, highest id first: looked at one by one. */
export function foundOneByOne(all: readonly Searched[], query: AlertQuery): number[] {
  const { status, team, teams: scope, source: from, matchers, since, until, below } = query
  return all
    .filter(({ episode: { id, status: is, receivedAt, teams: of }, labels, source }) => {
      if (id >= below || (status !== null && (status === 'firing') !== (is === 'open'))) return false
      if ((team !== null && !of.includes(team)) || !touchesScope(scope, of)) return false
      if ((since !== null && receivedAt < since) || (until !== null && receivedAt >= until)) return false
      return (from === null || from === source) && matchesAll(matchers, labels)
    })
    .map(({ episode }) => episode.id)
    .sort((a, b) => b - a)
}

const patterns = [
  ...['check.*', '.*out', '.+', '.*', '', 'checkout|ledger', 'ledger|', 'no|such', 'rare|refunds', 'check-?out'],
  ...['node-1.*', 'node-12[0-9]\\.example.*', '.*-77\\..*', 'node-7.\\.example:9100', 'node-.*', '(?i)CHECKOUT'],
  ...[
    'checkout-2.*',
    'checkout-.*',
    '[a-z]+',
    '\\^?ü.',
    '.*%.*',
    '[^a-z]*',
    `${'x'.repeat(200)}.*`,
    '日本.*',
    '^Down$',
  ],
  ...['(?s).*\\n', '\\QDown\\E', 'crit.*|info', 'x{100}.*'],
]

/** Filters of every kind over these episodes; most of them find something. */
export function someQuery(all: readonly Searched[]): fc.Arbitrary<AlertQuery> {
  const name = fc.constantFrom(...Object.keys(values), 'instance', 'pod', 'absent')
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...Object.values(values).flat()) },
    { weight: 1, arbitrary: fc.constantFrom('', 'nothing', 'node-12.example:9100', 'checkout-2s', 'x'.repeat(240)) },
  )
  const own = fc.constantFrom(...all).chain(({ labels }) => fc.constantFrom(...Object.entries(labels)))
  const equal = fc.tuple(fc.oneof(own, fc.tuple(name, value)), fc.constantFrom('=' as const, '!=' as const))
  const regex = fc.tuple(fc.tuple(name, fc.constantFrom(...patterns)), fc.constantFrom('=~' as const, '!~' as const))
  const matcher = fc
    .oneof({ weight: 3, arbitrary: equal }, { weight: 2, arbitrary: regex })
    .map(([[name, value], op]) => compileMatcher(name, op, value))
  const first = all[0]?.episode.receivedAt ?? 0
  const last = all.at(-1)?.episode.receivedAt ?? 0
  const time = fc.option(fc.integer({ min: first - 10, max: last + 10 }), { freq: 2 })
  const rarely = <T>(one: fc.Arbitrary<T>) => fc.option(one, { freq: 3 }).chain((v) => fc.constantFrom(v, null, null))
  return fc.record({
    status: rarely(fc.constantFrom('firing' as const, 'resolved' as const)),
    team: rarely(fc.constantFrom(...teams, 'nobody')),
    teams: rarely(fc.subarray(teams, { minLength: 0 })),
    source: rarely(fc.constantFrom(...sources, 'nowhere')),
    matchers: fc.array(matcher, { maxLength: 4 }),
    since: time,
    until: time,
    below: fc.oneof(
      { weight: 3, arbitrary: fc.constant(Number.MAX_SAFE_INTEGER) },
      { weight: 1, arbitrary: fc.constantFrom(...all).map(({ episode }) => episode.id) },
    ),
    limit: fc.constantFrom(1, 7, 50, 200),
  })
}

/** Numbers that look random and are the same for the same seed (mulberry32). */
function randomly(seed: number) {
  let state = seed
  const chance = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  /** Each value half as often as the one before it. */
  const pick = <T>(from: readonly T[]): T => {
    const at = Math.floor(-Math.log2(1 - chance()))
    return from[at % from.length] as T
  }
  return { chance, pick }
}
